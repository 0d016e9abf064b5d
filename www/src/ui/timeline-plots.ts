// Plots of a pair over time, in equal buckets: its connections and its bytes.

import type { Explanation, QueryColumns } from "beaconlens";
import { bytes, counted, duration } from "./format";
import { axis, barSeries, type Drawing, figure, frame, type TimeRange, timeAxis } from "./plot-style";

export type Timeline = NonNullable<Explanation["timeline"]>;

export function timeRange(timeline: Timeline): TimeRange {
  const start = Date.parse(timeline.start) / 1000;
  return [start, start + timeline.connections.length * timeline.bucket_seconds];
}

export function connectionPlot(
  timeline: Timeline,
  measures: QueryColumns | null,
  range: TimeRange,
  offset: number,
  sync: string,
): Drawing {
  const busy = timeline.connections.filter((value) => value > 0).length;
  const caption = `${counted(measures?.connection_count ?? 0, "connection")}; ${busy} of ${counted(timeline.connections.length, "bucket")} of ${duration(timeline.bucket_seconds)} have at least one.`;
  return {
    figure: figure("connections", "Connections over time", caption),
    height: 120,
    data: [bucketStarts(timeline, range), timeline.connections],
    make: (_width, inks) => ({
      ...frame(sync, offset),
      scales: { x: { time: true, range }, y: { range: (_, __, max) => [0, Math.max(max, 1)] } },
      axes: [
        timeAxis(inks),
        { ...axis(inks), incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000] },
      ],
      series: [{}, barSeries(inks.accent)],
    }),
  };
}

export function bytePlot(
  timeline: Timeline,
  measures: QueryColumns | null,
  range: TimeRange,
  offset: number,
  sync: string,
): Drawing {
  const caption = `${bytes(measures?.bytes_sent ?? 0)} sent, drawn upwards; ${bytes(measures?.bytes_received ?? 0)} received, drawn downwards; per ${duration(timeline.bucket_seconds)}.`;
  return {
    figure: figure("bytes", "Bytes over time", caption),
    height: 120,
    data: [
      bucketStarts(timeline, range),
      timeline.bytes_sent,
      timeline.bytes_received.map((value) => -value),
    ],
    make: (_width, inks) => ({
      ...frame(sync, offset),
      scales: { x: { time: true, range } },
      axes: [
        timeAxis(inks),
        {
          ...axis(inks),
          space: 22,
          values: (_, splits) => splits.map((split) => bytes(Math.abs(split))),
        },
      ],
      series: [{}, barSeries(inks.accent), barSeries(inks.second)],
    }),
  };
}

const bucketStarts = (timeline: Timeline, range: TimeRange): number[] =>
  timeline.connections.map((_, index) => range[0] + index * timeline.bucket_seconds);
