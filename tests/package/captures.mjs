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

/** A connection every `seconds`: SYN, 100 bytes sent, 50 bytes received, end. */
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

/** The row of the beacon in the query's result: 3 packets of 40 bytes and 100 more; 2 and 50. */
export const BEACON_QUERY_ROW =
  "10.0.0.5,203.0.113.9,8443,60,5,13200,7800,2026-03-02 10:00:00,2026-03-02 14:55:00,1";

/** A pcap file as a machine of either byte order writes it, with microseconds or nanoseconds. */
export function pcap(packets, { littleEndian = true, nanoseconds = false } = {}) {
  const header = new Uint8Array(24);
  const view = new DataView(header.buffer);
  view.setUint32(0, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, littleEndian);
  view.setUint16(4, 2, littleEndian);
  view.setUint16(6, 4, littleEndian);
  view.setUint32(16, 262_144, littleEndian);
  view.setUint32(20, 1, littleEndian);
  const records = packets.map(({ second, micros, frame }) => {
    const fraction = nanoseconds ? micros * 1000 : micros;
    return Buffer.concat([words([second, fraction, frame.length, frame.length], littleEndian), frame]);
  });
  return Buffer.concat([header, ...records]);
}

/** One section, one interface, microseconds. */
export function pcapng(packets, { littleEndian = true } = {}) {
  const block = (kind, body) => {
    const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
    const length = padded.length + 12;
    return Buffer.concat([words([kind, length], littleEndian), padded, words([length], littleEndian)]);
  };
  const version = littleEndian ? 1 : 1 << 16; // 1 and 0, of 16 bits each
  const link = littleEndian ? 1 : 1 << 16; // and 16 reserved bits
  return Buffer.concat([
    block(0x0a0d0d0a, words([0x1a2b3c4d, version, 0xffffffff, 0xffffffff], littleEndian)),
    block(1, words([link, 0], littleEndian)),
    ...packets.map(({ second, micros, frame }) => {
      const ticks = BigInt(second) * 1_000_000n + BigInt(micros);
      const [high, low] = [Number(ticks >> 32n), Number(ticks & 0xffffffffn)];
      return block(
        6,
        Buffer.concat([words([0, high, low, frame.length, frame.length], littleEndian), frame]),
      );
    }),
  ]);
}

/** Numbers of 32 bits. */
function words(values, littleEndian) {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value, littleEndian);
  return new Uint8Array(view.buffer);
}

/** An event log without events. */
export function emptyLog() {
  const log = Buffer.alloc(4096 + 65_536);
  log.write("ElfFile\0");
  log.write("ElfChnk\0", 4096);
  log.writeUInt32LE(512, 4096 + 48);
  return log;
}
