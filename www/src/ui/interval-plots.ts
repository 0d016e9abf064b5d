// Plots of the intervals between the connections of a pair: one by one over time, and as a histogram.

import type { Explanation } from "beaconlens";
import uPlot from "uplot";
import type { Series } from "../engine/protocol";
import { count, counted, duration, interval } from "./format";
import { axis, type Drawing, dashedLine, figure, frame, type TimeRange, timeAxis } from "./plot-style";

type Intervals = NonNullable<Explanation["intervals"]>;

/** Lower end of the logarithmic scale, in seconds; shorter intervals are drawn there. */
const MIN_INTERVAL = 0.001;
const DURATIONS = [0.001, 0.01, 0.1, 1, 10, 60, 600, 3600, 6 * 3600, 86_400, 7 * 86_400];
const NICE_STEPS = [
  0.001, 0.01, 0.1, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800,
  43_200, 86_400, 172_800, 604_800,
];

export function intervalPlot(
  series: Series,
  intervals: Intervals | null,
  period: number | null,
  range: TimeRange,
  offset: number,
  sync: string,
): Drawing {
  const omitted = series.total - series.start.length;
  const caption = [
    intervals ? `The median interval is ${duration(intervals.median_seconds)}. ` : "",
    "One dot per connection; regular traffic forms a horizontal band.",
    period === null ? "" : ` The dashed line is the period, ${interval(period)}.`,
    omitted > 0 ? ` Only the latest ${count(series.start.length)} of ${count(series.total)} are drawn.` : "",
  ].join("");
  const seconds = series.interval.map((each) => Math.max(each, MIN_INTERVAL));
  return {
    figure: figure("intervals", "Interval since the previous connection", caption),
    height: 190,
    data: [series.start, seconds],
    make: (_width, inks) => ({
      ...frame(sync, offset),
      hooks: period === null ? {} : { draw: [(plot) => markLevel(plot, period, inks.period)] },
      scales: { x: { time: true, range }, y: { distr: 3, log: 10, range: intervalRange } },
      axes: [
        timeAxis(inks),
        {
          ...axis(inks),
          splits: intervalTicks,
          filter: (_, splits) => splits,
          values: (_, splits) => splits.map((split) => duration(split)),
        },
      ],
      series: [
        {},
        {
          stroke: inks.accent,
          paths: () => null,
          points: { show: true, size: dotSize(series.start.length), fill: inks.accent, width: 0 },
        },
      ],
    }),
  };
}

/** A horizontal dashed line at a value. */
function markLevel(plot: uPlot, value: number, ink: string): void {
  const { left, top, width, height } = plot.bbox;
  const y = plot.valToPos(value, "y", true);
  if (y < top || y > top + height) return;
  dashedLine(plot.ctx, ink, [left, y], [left + width, y]);
}

const dotSize = (points: number): number => (points > 3000 ? 2.5 : points > 600 ? 3.5 : 5);

/** The steps of NICE_STEPS around the data, with some space. */
function intervalRange(_plot: uPlot, low: number | null, high: number | null): [number, number] {
  const below = NICE_STEPS.filter((step) => step <= (low ?? 1)).at(-1) ?? MIN_INTERVAL;
  const above = NICE_STEPS.find((step) => step >= (high ?? 1)) ?? high ?? 1;
  return [below / 1.6, Math.max(above, below * 4) * 1.6];
}

function intervalTicks(_plot: uPlot, _axis: number, low: number, high: number): number[] {
  const coarse = DURATIONS.filter((tick) => tick >= low && tick <= high);
  return coarse.length >= 3 ? coarse : NICE_STEPS.filter((tick) => tick >= low && tick <= high);
}

export function histogramPlot(intervals: Intervals, period: number | null): Drawing {
  const bins = intervals.histogram;
  const mark = period === null ? null : positionOf(period, bins);
  const highest = bins.reduce((best, bin) => (bin.count > best.count ? bin : best));
  const total = bins.reduce((sum, bin) => sum + bin.count, 0);
  const caption = `${counted(total, "interval")}; ${count(highest.count)} of them between ${duration(highest.from_seconds)} and ${duration(highest.to_seconds)}.${
    period === null || mark === null ? "" : ` The dashed line is the period, ${interval(period)}.`
  }`;
  return {
    figure: figure("histogram", "Distribution of the intervals", caption),
    height: 140,
    // Bins cover ranges of different lengths; their bars are equally wide and labelled by their edges.
    data: [bins.map((_, index) => index + 0.5), bins.map((bin) => bin.count)],
    make: (width, inks) => ({
      ...frame(null, 0),
      // Space above the bars for the label of the period.
      padding: [mark === null ? 8 : 20, 24, 0, 0],
      hooks:
        period === null || mark === null
          ? {}
          : { draw: [(plot) => markPeriod(plot, mark, `period ${interval(period)}`, inks.period)] },
      scales: {
        x: { time: false, range: [0, bins.length] },
        y: { range: (_, __, max) => [0, Math.max(max, 1)] },
      },
      axes: [
        {
          ...axis(inks),
          size: 24,
          splits: () => edges(bins.length, width),
          values: (_, splits) => splits.map((edge) => duration(edgeOf(bins, edge), 2)),
        },
        { ...axis(inks), incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000] },
      ],
      series: [
        {},
        {
          stroke: inks.accent,
          fill: inks.accent,
          width: 0,
          paths: uPlot.paths.bars?.({ size: [0.86, 72], gap: 0 }),
          points: { show: false },
        },
      ],
    }),
  };
}

/** The place of an interval on the axis of bars: in its bin, on the logarithmic scale of the bin. */
function positionOf(seconds: number, bins: Intervals["histogram"]): number | null {
  const index = bins.findIndex((bin) => seconds >= bin.from_seconds && seconds < bin.to_seconds);
  const bin = bins[index];
  if (!bin) return null;
  const { from_seconds: from, to_seconds: to } = bin;
  return index + (from > 0 ? Math.log(seconds / from) / Math.log(to / from) : seconds / to);
}

function markPeriod(plot: uPlot, at: number, name: string, ink: string): void {
  const { ctx, bbox } = plot;
  const x = plot.valToPos(at, "x", true);
  dashedLine(ctx, ink, [x, bbox.top - 3 * devicePixelRatio], [x, bbox.top + bbox.height]);
  ctx.save();
  ctx.fillStyle = ink;
  ctx.font = `600 ${11 * devicePixelRatio}px system-ui, sans-serif`;
  const half = ctx.measureText(name).width / 2;
  const middle = Math.min(Math.max(x, bbox.left + half), bbox.left + bbox.width - half);
  ctx.textAlign = "center";
  ctx.fillText(name, middle, bbox.top - 7 * devicePixelRatio);
  ctx.restore();
}

/** As many bin edges as there is room for labels. */
function edges(bins: number, width: number): number[] {
  const every = Math.max(1, Math.ceil((bins * 62) / Math.max(width - 60, 1)));
  return Array.from({ length: Math.floor(bins / every) + 1 }, (_, index) => index * every);
}

const edgeOf = (bins: Intervals["histogram"], edge: number): number =>
  bins[edge]?.from_seconds ?? bins.at(-1)?.to_seconds ?? 0;
