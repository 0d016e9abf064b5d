// Packet captures and an event log made by hand.

const START = 1_772_445_600; // 2026-03-02T10:00:00Z
export const SOURCE = "10.0.0.5";
export const DESTINATION = "203.0.113.9";
export const PORT = 8443;

const octets = (address) => address.split(".").map(Number);

/** An Ethernet frame with a TCP segment. */
function segment(from, to, flags, payload) {
  const frame = new Uint8Array(54 + payload);
  const view = new DataView(frame.buffer);
  view.setUint16(12, 0x0800);
  frame[14] = 0x45;
  view.setUint16(16, 40 + payload);
  frame[22] = 64;
  frame[23] = 6;
  frame.set([...octets(from[0]), ...octets(to[0])], 26);
  view.setUint16(34, from[1]);
  view.setUint16(36, to[1]);
  frame[46] = 0x50;
  frame[47] = flags;
  return frame;
}

const [FIN, SYN, ACK] = [1, 2, 16];

/** Calls every so many seconds: opening, 100 bytes there, 50 bytes back, end. */
export function beacon({ count = 60, seconds = 300 } = {}) {
  return Array.from({ length: count }, (_, call) => {
    const ends = [
      [SOURCE, 40_000 + call],
      [DESTINATION, PORT],
    ];
    const [client, server] = ends;
    const packets = [
      segment(client, server, SYN, 0),
      segment(server, client, SYN | ACK, 0),
      segment(client, server, ACK, 100),
      segment(server, client, FIN | ACK, 50),
      segment(client, server, FIN | ACK, 0),
    ];
    return packets.map((frame, micros) => ({ second: START + call * seconds, micros, frame }));
  }).flat();
}

/** What the query answers of the beacon: 3 packets of 40 bytes and 100 more; 2 and 50. */
export const BEACON_QUERY_ROW =
  "10.0.0.5,203.0.113.9,8443,60,5,13200,7800,2026-03-02 10:00:00,2026-03-02 14:55:00,1";

export function pcap(packets) {
  const header = new Uint8Array(24);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 262_144, true);
  view.setUint32(20, 1, true);
  const records = packets.map(({ second, micros, frame }) => {
    const head = new DataView(new ArrayBuffer(16));
    for (const [at, value] of [second, micros, frame.length, frame.length].entries()) {
      head.setUint32(at * 4, value, true);
    }
    return Buffer.concat([new Uint8Array(head.buffer), frame]);
  });
  return Buffer.concat([header, ...records]);
}

/** One section, one interface, microseconds. */
export function pcapng(packets) {
  const block = (kind, body) => {
    const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
    const words = Uint32Array.of(kind, padded.length + 12);
    return Buffer.concat([Buffer.from(words.buffer), padded, Buffer.from(words.buffer, 4)]);
  };
  const words = (...values) => Buffer.from(Uint32Array.from(values).buffer);
  return Buffer.concat([
    block(0x0a0d0d0a, words(0x1a2b3c4d, 1, 0xffffffff, 0xffffffff)),
    block(1, words(1, 0)),
    ...packets.map(({ second, micros, frame }) => {
      const ticks = BigInt(second) * 1_000_000n + BigInt(micros);
      const head = words(0, Number(ticks >> 32n), Number(ticks & 0xffffffffn), frame.length, frame.length);
      return block(6, Buffer.concat([head, frame]));
    }),
  ]);
}

/** An event log without events. */
export function emptyLog() {
  const log = Buffer.alloc(4096 + 65_536);
  log.write("ElfFile\0");
  log.write("ElfChnk\0", 4096);
  log.writeUInt32LE(512, 4096 + 48);
  return log;
}
