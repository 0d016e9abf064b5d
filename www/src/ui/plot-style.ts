// How plots look, whatever they show: frame, axes, colours, lines and bars.

import uPlot from "uplot";
import { h } from "./dom";

export type PlotOptions = Omit<uPlot.Options, "width" | "height">;

/** A figure and what to draw in it. */
export interface Drawing {
  figure: HTMLElement;
  height: number;
  make(width: number, inks: Inks): PlotOptions;
  data: uPlot.AlignedData;
}

/** The part of the time axis that is drawn, in seconds. */
export type TimeRange = [number, number];

/** `caption`: the content of the plot in words, for those who do not see it. */
export function figure(name: string, title: string, caption: string): HTMLElement {
  return h(
    "figure",
    { "data-plot": name },
    h("figcaption", {}, h("strong", {}, `${title}. `), caption),
    h("div", { class: "plot", "aria-hidden": "true" }),
  );
}

type Point = [number, number];

export function dashedLine(context: CanvasRenderingContext2D, ink: string, from: Point, to: Point): void {
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

export function barSeries(ink: string): uPlot.Series {
  return {
    stroke: ink,
    fill: ink,
    width: 0,
    paths: uPlot.paths.bars?.({ size: [0.8], align: 1 }),
    points: { show: false },
  };
}

/** Options of every plot. `sync`: shared by plots whose crosshairs move together; `offset`: from UTC, in minutes. */
export function frame(sync: string | null, offset: number): Omit<PlotOptions, "series"> {
  return {
    legend: { show: false },
    // No zooming by drag; the crosshair serves to compare plots.
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

export interface Inks {
  accent: string;
  period: string;
  second: string;
  text: string;
  grid: string;
}

/** The colours of the theme. A canvas cannot read custom properties, so an element resolves them. */
export function readInks(): Inks {
  const probe = h("span", { class: "offscreen" });
  document.body.append(probe);
  const ink = (name: string): string => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const inks = {
    accent: ink("--plot"),
    period: ink("--alarm"),
    second: ink("--plot-second"),
    text: ink("--muted"),
    grid: ink("--line"),
  };
  probe.remove();
  return inks;
}

export const axis = (inks: Inks): uPlot.Axis => ({
  stroke: inks.text,
  font: "11px system-ui, sans-serif",
  grid: { stroke: inks.grid, width: 1 },
  ticks: { stroke: inks.grid, width: 1, size: 4 },
  size: 62,
  gap: 4,
});

export const timeAxis = (inks: Inks): uPlot.Axis => ({
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
