// The progress of reading: bytes of the total, rows and pairs so far.

import { sizeOf } from "../engine/bytes";
import type { ReadProgress, SourceInput } from "../engine/protocol";
import { byId, h, replace } from "./dom";
import { bytes, count } from "./format";

export function showReadingStart(inputs: readonly SourceInput[]): void {
  const total = inputs.reduce((sum, input) => sum + sizeOf(input.bytes), 0);
  showReading({
    source: inputs[0]?.name ?? "",
    sourceNumber: 1,
    sourceCount: inputs.length,
    bytesDone: 0,
    bytesTotal: total,
    rowsRead: 0,
    rowsUsed: 0,
    pairs: 0,
  });
}

export function showReading(progress: ReadProgress): void {
  const bar = byId<HTMLProgressElement>("reading-bar");
  bar.value = progress.bytesTotal > 0 ? progress.bytesDone / progress.bytesTotal : 0;
  const place = progress.sourceCount > 1 ? ` (file ${progress.sourceNumber} of ${progress.sourceCount})` : "";
  byId("reading-source").textContent = progress.source + place;
  const percent = `${Math.floor(bar.value * 100)} %`;
  replace(
    byId("reading-figures"),
    figure("read", `${bytes(progress.bytesDone)} of ${bytes(progress.bytesTotal)} (${percent})`),
    figure("rows", count(progress.rowsRead)),
    // The engine counts pairs when it groups flows: there are none to show before.
    ...(progress.pairs > 0 ? [figure("pairs", count(progress.pairs))] : []),
  );
}

const figure = (term: string, value: string) => h("div", {}, h("dt", {}, term), h("dd", {}, value));
