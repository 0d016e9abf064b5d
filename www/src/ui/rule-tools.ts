// Import and export of the rule: profiles, the rule as a file, and as a query for other tools.

import type { Profile, QueryTarget, Rule } from "beaconlens";
import constants from "beaconlens-constants";
import { copyButton } from "./clipboard";
import { button, h } from "./dom";
import { download } from "./download";
import { filePicker, type TextFile } from "./file-picker";

const { profiles, query_targets: targets } = constants;

export interface ToolActions {
  onProfile(profile: Profile): void;
  /** The complete rule; `null` if the engine refused it, which is then shown at its field. */
  document(): Promise<Rule | null>;
  query(target: QueryTarget): Promise<string | null>;
  onLoad(file: TextFile): Promise<void>;
}

export interface RuleTools {
  element: HTMLElement;
  showProfile(profile: Profile): void;
}

export function ruleTools(actions: ToolActions): RuleTools {
  const profile = h("select", {}, ...profiles.map((name) => h("option", { value: name }, name)));
  profile.addEventListener("change", () => actions.onProfile(profile.value === "lab" ? "lab" : "default"));
  const element = h(
    "details",
    { class: "rule-more rule-tools" },
    h("summary", {}, "Profile, file and queries"),
    h(
      "div",
      { class: "fields fields-wide" },
      h(
        "label",
        { class: "field" },
        h("span", {}, "Profile"),
        profile,
        h("span", { class: "hint" }, "lab: for tests on a single machine; keeps the lists"),
      ),
      documentTools(actions),
      queryTools(actions),
    ),
  );
  return {
    element,
    showProfile(name) {
      profile.value = name;
    },
  };
}

function documentTools(actions: ToolActions): HTMLElement {
  const error = h("span", { class: "field-error", role: "alert" });
  const save = async () => {
    const rule = await actions.document();
    if (rule) download("beaconlens-rule.json", "application/json", `${JSON.stringify(rule, null, 2)}\n`);
  };
  const load = filePicker("Load rule…", "rule-file", async ([file]) => {
    if (!file) return;
    error.textContent = "";
    try {
      await actions.onLoad(file);
    } catch (refusal) {
      error.textContent = `${file.name}: ${(refusal as Error).message}`;
    }
  });
  return h(
    "div",
    { class: "field" },
    h("span", {}, "Rule as a file"),
    h("span", { class: "tools" }, button("Save rule", save), load),
    h("span", { class: "hint" }, "JSON; the command and the Worker read it too"),
    error,
  );
}

function queryTools(actions: ToolActions): HTMLElement {
  const select = h("select", {}, ...targets.map(({ name, title }) => h("option", { value: name }, title)));
  const chosen = () => targets[select.selectedIndex] ?? targets[0];
  const text = async () => {
    const choice = chosen();
    return choice ? actions.query(choice.name) : null;
  };
  const save = async () => {
    const choice = chosen();
    const query = await text();
    if (choice && query !== null)
      download(`beaconlens-rule.${choice.name}.${choice.extension}`, "text/plain", query);
  };
  return h(
    "div",
    { class: "field" },
    h("label", { class: "field" }, h("span", {}, "Rule as a query"), select),
    h("span", { class: "tools" }, copyButton("Copy query", text), button("Download query", save)),
  );
}
