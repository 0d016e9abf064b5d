// The roles of columns, with title and meaning.

import type { Role } from "beaconlens";

export interface RoleWords {
  role: Role;
  title: string;
  meaning: string;
}

const role = (name: Role, title: string, meaning: string): RoleWords => ({ role: name, title, meaning });

/** In the order of the selection. */
export const ROLE_GROUPS: readonly { title: string; roles: readonly RoleWords[] }[] = [
  {
    title: "Needed",
    roles: [
      role("time", "start time", "when the connection began: a date with a time, or seconds since 1970"),
      role("source", "source address", "the IP address that opened the connection"),
      role("destination", "destination address", "the IP address it went to"),
      role("port", "destination port", "the port it went to, such as 443"),
    ],
  },
  {
    title: "Bytes",
    roles: [
      role("bytes_sent", "bytes sent", "by the source"),
      role("bytes_received", "bytes received", "by the source"),
      role("bytes_total", "bytes both ways", "gives the received bytes where only the sent have a column"),
    ],
  },
  {
    title: "Instead of source and destination",
    roles: [
      role("local", "own address", "of the machine that reports"),
      role("remote", "other address", "of the other end"),
      role("direction", "direction", "who opened the connection: in, out"),
    ],
  },
  {
    title: "More",
    roles: [
      role("time_of_day", "time of day", "where the start time is only a date"),
      role("duration", "duration", "how long it took, in seconds"),
      role("end", "end time", "gives the duration"),
      role("source_port", "source port", "distinguishes connections"),
      role("protocol", "protocol", "such as tcp or 6"),
      role("host", "host name", "that was asked for: Host header, TLS server name"),
      role("query", "DNS query", "the name that was looked up"),
      role("answer", "DNS answer", "the response code"),
      role("process", "process", "that opened the connection"),
      role("flags", "flags or state", "of the connection, where the format has them"),
      role("event", "kind of record", "where the format mixes kinds"),
      role("session", "session", "what records of one connection share, where the format has it"),
      role("method", "HTTP method", "of a request"),
      role("target", "HTTP target", "of a request"),
    ],
  },
];

const WORDS = new Map(ROLE_GROUPS.flatMap(({ roles }) => roles.map((words) => [words.role, words] as const)));

export const wordsOf = (name: Role): RoleWords => WORDS.get(name) ?? { role: name, title: name, meaning: "" };

export const titleOf = (name: Role): string => wordsOf(name).title;

export const isRole = (name: string): name is Role => WORDS.has(name as Role);
