// Loads reference sets and threat lists from files: each becomes a list of the rule, named after its file.

import type { ParsedList } from "../engine/protocol";
import { button, h, replace } from "./dom";
import { filePicker, type TextFile } from "./file-picker";
import { counted } from "./format";
import type { Kind, RuleLists } from "./rule-lists";

export type ParseList = (kind: Kind, file: TextFile) => Promise<ParsedList>;

export function listFiles(lists: RuleLists, parse: ParseList): HTMLElement {
  const messages = h("div", { class: "list-files-messages" });
  const load = (kind: Kind) => async (files: TextFile[]) => {
    replace(messages);
    for (const file of files) messages.append(await add(kind, file));
  };
  const add = async (kind: Kind, file: TextFile): Promise<HTMLElement> => {
    try {
      const parsed = await parse(kind, file);
      lists.put(kind, parsed.list);
      return h("p", { class: "hint", role: "status" }, summaryOf(parsed));
    } catch (error) {
      // The engine names the file and the line.
      return h("p", { class: "field-error", role: "alert" }, (error as Error).message);
    }
  };
  return h(
    "div",
    { class: "list-files" },
    h(
      "p",
      { class: "tools" },
      filePicker("Load a reference set…", "reference-set-file", load("reference_sets")),
      filePicker("Load a threat list…", "threat-list-file", load("threat_lists")),
      button("Add a reference set", () => lists.addEmpty()),
    ),
    messages,
  );
}

function summaryOf({ list, skipped, first }: ParsedList): string {
  const entries = list.entries.filter((entry) => entry !== "" && !entry.startsWith("#")).length;
  const read = `${list.name}: ${counted(entries, "entry", "entries")}`;
  if (!first) return `${read}.`;
  const lines = counted(skipped, "line");
  return `${read}; ${lines} skipped as not an endpoint, first in line ${first.line}: ${first.text}`;
}
