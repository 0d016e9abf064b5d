// The plots of a pair. They show what the engine computed.

import type { Explanation, PairScores } from "beaconlens";
import uPlot from "uplot";
import type { Series } from "../engine/protocol";
import { histogramPlot, intervalPlot } from "./interval-plots";
import { type Drawing, readInks } from "./plot-style";
import { bytePlot, connectionPlot, timeRange } from "./timeline-plots";

export interface PlotSet {
  figures: HTMLElement[];
  /** Draws the plots in the width of their figures and the colours of the theme. */
  draw(): void;
  destroy(): void;
}

/** Numbers the pairs, so that only plots of the same pair share a crosshair. */
let serial = 0;

export function plotsOf(
  explanation: Explanation,
  series: Series | null,
  timing: PairScores | null,
  offset: number,
): PlotSet {
  const drawings = drawingsOf(explanation, series, timing?.period_seconds ?? null, offset);
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

function drawingsOf(
  { timeline, intervals, measures }: Explanation,
  series: Series | null,
  period: number | null,
  offset: number,
): Drawing[] {
  const sync = `pair-${++serial}`;
  const drawings: Drawing[] = [];
  if (timeline) {
    const range = timeRange(timeline);
    if (series) drawings.push(intervalPlot(series, intervals, period, range, offset, sync));
    drawings.push(connectionPlot(timeline, measures, range, offset, sync));
    drawings.push(bytePlot(timeline, measures, range, offset, sync));
  }
  if (intervals && intervals.histogram.length > 0) drawings.push(histogramPlot(intervals, period));
  return drawings;
}
