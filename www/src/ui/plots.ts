// The three plots of a pair, drawn from what the engine computed. No arithmetic on flows here.

import type { Explanation, Measures, Timing } from "beaconlens";
import uPlot from "uplot";
import type { Series } from "../engine/protocol";
import { h } from "./dom";
import { bytes, count, counted, duration, interval } from "./format";

type Timeline = NonNullable<Explanation["timeline"]>;
type Intervals = NonNullable<Explanation["intervals"]>;

/** The logarithmic scale needs a floor; calls at the same instant are drawn on it. */
const SHORTEST_GAP = 0.001;
const DURATIONS = [0.001, 0.01, 0.1, 1, 10, 60, 600, 3600, 6 * 3600, 86_400, 7 * 86_400];
const NICE_STEPS = [
  0.001, 0.01, 0.1, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800,
  43_200, 86_400, 172_800, 604_800,
];

export interface PlotSet {
  figures: HTMLElement[];
  /** Fits the plots to their figures, and takes up the colours of the theme. */
  draw(): void;
  destroy(): void;
}

type Frameless = Omit<uPlot.Options, "width" | "height">;

interface Drawing {
  figure: HTMLElement;
  height: number;
  make(width: number, inks: Inks): Frameless;
  data: uPlot.AlignedData;
}

export function plotsOf(
  explanation: Explanation,
  series: Series | null,
  timing: Timing | null,
  offset: number,
): PlotSet {
  const period = timing?.period_seconds ?? null;
  const drawings: Drawing[] = [];
  const sync = `pair-${++serial}`;
  const { timeline, intervals } = explanation;
  const range = timeline && rangeOf(timeline);
  if (series && range) drawings.push(gapPlot(series, intervals, period, range, offset, sync));
  if (timeline && range) {
    const { measures } = explanation;
    drawings.push(connectionPlot(timeline, measures, range, offset, sync));
    drawings.push(bytePlot(timeline, measures, range, offset, sync));
  }
  if (intervals && intervals.histogram.length > 0) drawings.push(histogram(intervals, period));
  let plots: uPlot[] = [];
  const destroy = () => {
    for (const plot of plots) plot.destroy();
    plots = [];
  };
  return {
    figures: drawings.map((drawing) => drawing.figure),
    destroy,
    draw() {
      destroy();
      const inks = readInks();
      plots = drawings.map(({ figure, height, make, data }) => {
        const place = figure.querySelector<HTMLElement>(".plot");
        if (!place) throw new Error("a figure has no place for its plot");
        const options = make(place.clientWidth, inks);
        return new uPlot({ ...options, height, width: place.clientWidth }, data, place);
      });
    },
  };
}

let serial = 0;

function rangeOf(timeline: Timeline): [number, number] {
  const start = Date.parse(timeline.start) / 1000;
  return [start, start + timeline.connections.length * timeline.bucket_seconds];
}

function figure(name: string, title: string, twin: string): HTMLElement {
  return h(
    "figure",
    { "data-plot": name },
    h("figcaption", {}, h("strong", {}, `${title}. `), twin),
    h("div", { class: "plot", "aria-hidden": "true" }),
  );
}

function gapPlot(
  series: Series,
  intervals: Intervals | null,
  period: number | null,
  range: [number, number],
  offset: number,
  sync: string,
): Drawing {
  const left = series.total - series.start.length;
  const twin = [
    intervals ? `The median gap is ${duration(intervals.median_seconds)}. ` : "",
    "One dot a connection; an even beat draws a level band.",
    period === null ? "" : ` The dashed line is the period, ${interval(period)}.`,
    left > 0 ? ` Only the latest ${count(series.start.length)} of ${count(series.total)} are drawn.` : "",
  ].join("");
  const gaps = series.gap.map((gap) => Math.max(gap, SHORTEST_GAP));
  return {
    figure: figure("gaps", "Gap since the previous call", twin),
    height: 190,
    data: [series.start, gaps],
    make: (_width, inks) => ({
      ...frame(sync, offset),
      hooks: period === null ? {} : { draw: [(plot) => markLevel(plot, period, inks.beat)] },
      scales: { x: { time: true, range }, y: { distr: 3, log: 10, range: gapRange } },
      axes: [
        timeAxis(inks),
        {
          ...axis(inks),
          splits: gapTicks,
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

/** A dashed line across the plot at that value. */
function markLevel(plot: uPlot, value: number, ink: string): void {
  const { left, top, width, height } = plot.bbox;
  const y = plot.valToPos(value, "y", true);
  if (y < top || y > top + height) return;
  dashed(plot.ctx, ink, [left, y], [left + width, y]);
}

type Point = [number, number];

function dashed(context: CanvasRenderingContext2D, ink: string, from: Point, to: Point): void {
  context.save();
  context.strokeStyle = ink;
  context.lineWidth = 1.5 * devicePixelRatio;
  context.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
  context.restore();
}

const dotSize = (points: number): number => (points > 3000 ? 2.5 : points > 600 ? 3.5 : 5);

/** Whole steps of the duration scale around the data, at least two of them. */
function gapRange(_plot: uPlot, low: number | null, high: number | null): [number, number] {
  const below = NICE_STEPS.filter((step) => step <= (low ?? 1)).at(-1) ?? SHORTEST_GAP;
  const above = NICE_STEPS.find((step) => step >= (high ?? 1)) ?? high ?? 1;
  return [below / 1.6, Math.max(above, below * 4) * 1.6];
}

function gapTicks(_plot: uPlot, _axis: number, low: number, high: number): number[] {
  const coarse = DURATIONS.filter((tick) => tick >= low && tick <= high);
  return coarse.length >= 3 ? coarse : NICE_STEPS.filter((tick) => tick >= low && tick <= high);
}

function connectionPlot(
  timeline: Timeline,
  measures: Measures | null,
  range: [number, number],
  offset: number,
  sync: string,
): Drawing {
  const busy = timeline.connections.filter((value) => value > 0).length;
  const twin = `${counted(measures?.connection_count ?? 0, "connection")}; ${busy} of ${counted(timeline.connections.length, "bucket")} of ${duration(timeline.bucket_seconds)} have at least one.`;
  return {
    figure: figure("connections", "Connections over time", twin),
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

function bytePlot(
  timeline: Timeline,
  measures: Measures | null,
  range: [number, number],
  offset: number,
  sync: string,
): Drawing {
  const twin = `${bytes(measures?.bytes_sent ?? 0)} sent, drawn upwards; ${bytes(measures?.bytes_received ?? 0)} received, drawn downwards; per ${duration(timeline.bucket_seconds)}.`;
  return {
    figure: figure("bytes", "Bytes over time", twin),
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

const bucketStarts = (timeline: Timeline, range: [number, number]): number[] =>
  timeline.connections.map((_, index) => range[0] + index * timeline.bucket_seconds);

function histogram(intervals: Intervals, period: number | null): Drawing {
  const bins = intervals.histogram;
  const mark = period === null ? null : placeIn(bins, period);
  const highest = bins.reduce((best, bin) => (bin.count > best.count ? bin : best));
  const total = bins.reduce((sum, bin) => sum + bin.count, 0);
  const twin = `${counted(total, "gap")}; ${count(highest.count)} of them between ${duration(highest.from_seconds)} and ${duration(highest.to_seconds)}.${
    period === null || mark === null ? "" : ` The dashed line is the period, ${interval(period)}.`
  }`;
  return {
    figure: figure("intervals", "How long the gaps are", twin),
    height: 140,
    // Bins of different widths get bars of the same width, named by their edges.
    data: [bins.map((_, index) => index + 0.5), bins.map((bin) => bin.count)],
    make: (width, inks) => ({
      ...frame(null, 0),
      // Room above the bars for the name of the mark.
      padding: [mark === null ? 8 : 20, 24, 0, 0],
      hooks:
        period === null || mark === null
          ? {}
          : { draw: [(plot) => markPeriod(plot, mark, `period ${interval(period)}`, inks.beat)] },
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

/** Where a gap would stand among the bars: between the edges of its bin, in the scale's own measure. */
function placeIn(bins: Intervals["histogram"], gap: number): number | null {
  const index = bins.findIndex((bin) => gap >= bin.from_seconds && gap < bin.to_seconds);
  const bin = bins[index];
  if (!bin) return null;
  const { from_seconds: from, to_seconds: to } = bin;
  return index + (from > 0 ? Math.log(gap / from) / Math.log(to / from) : gap / to);
}

function markPeriod(plot: uPlot, at: number, name: string, ink: string): void {
  const { ctx, bbox } = plot;
  const x = plot.valToPos(at, "x", true);
  dashed(ctx, ink, [x, bbox.top - 3 * devicePixelRatio], [x, bbox.top + bbox.height]);
  ctx.save();
  ctx.fillStyle = ink;
  ctx.font = `600 ${11 * devicePixelRatio}px system-ui, sans-serif`;
  const half = ctx.measureText(name).width / 2;
  const middle = Math.min(Math.max(x, bbox.left + half), bbox.left + bbox.width - half);
  ctx.textAlign = "center";
  ctx.fillText(name, middle, bbox.top - 7 * devicePixelRatio);
  ctx.restore();
}

/** As many bin edges as have room for their name. */
function edges(bins: number, width: number): number[] {
  const every = Math.max(1, Math.ceil((bins * 62) / Math.max(width - 60, 1)));
  return Array.from({ length: Math.floor(bins / every) + 1 }, (_, index) => index * every);
}

const edgeOf = (bins: Intervals["histogram"], edge: number): number =>
  bins[edge]?.from_seconds ?? bins.at(-1)?.to_seconds ?? 0;

function barSeries(ink: string): uPlot.Series {
  return {
    stroke: ink,
    fill: ink,
    width: 0,
    paths: uPlot.paths.bars?.({ size: [0.8], align: 1 }),
    points: { show: false },
  };
}

function frame(sync: string | null, offset: number): Omit<Frameless, "series"> {
  return {
    legend: { show: false },
    // Clicks and drags would only hide data here; the crosshair is for reading along.
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: false, y: false },
      ...(sync ? { sync: { key: sync } } : {}),
    },
    padding: [8, 24, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date((seconds + offset * 60) * 1000), "Etc/UTC"),
  };
}

interface Inks {
  accent: string;
  beat: string;
  second: string;
  text: string;
  grid: string;
}

/** A canvas cannot read custom properties: they are resolved through an element. */
function readInks(): Inks {
  const probe = h("span", { class: "offscreen" });
  document.body.append(probe);
  const ink = (name: string): string => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const inks = {
    accent: ink("--plot"),
    beat: ink("--alarm"),
    second: ink("--plot-second"),
    text: ink("--muted"),
    grid: ink("--line"),
  };
  probe.remove();
  return inks;
}

const axis = (inks: Inks): uPlot.Axis => ({
  stroke: inks.text,
  font: "11px system-ui, sans-serif",
  grid: { stroke: inks.grid, width: 1 },
  ticks: { stroke: inks.grid, width: 1, size: 4 },
  size: 62,
  gap: 4,
});

const timeAxis = (inks: Inks): uPlot.Axis => ({
  ...axis(inks),
  size: 34,
  space: 56,
  values: TIME_VALUES,
});

// 24-hour times, and the date only where the day changes.
const TIME_VALUES: uPlot.Axis["values"] = [
  [86_400, "{MM}-{DD}", null, null, null, null, null, null, 1],
  [3600, "{HH}:{mm}", null, null, "\n{MM}-{DD}", null, null, null, 1],
  [60, "{HH}:{mm}", null, null, "\n{MM}-{DD}", null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", null, null, "\n{MM}-{DD}", null, null, null, 1],
  [0.001, ":{ss}.{fff}", null, null, "\n{HH}:{mm}", null, null, null, 1],
];
