// The states of the page, and the transitions between them.
//
//   landing ──files──▶ reading ──▶ results ──files──▶ reading …
//
// A failed or cancelled reading returns to the state before it, with its results.

import type { Report, Rule } from "beaconlens";
import { type ColumnChoice, ColumnDialog } from "./columns/dialog";
import { canStore, RememberedColumns } from "./columns/remembered";
import { CancelledError, Engine, EngineError, type Session } from "./engine/client";
import { firstBytes } from "./engine/first-bytes";
import type { PairDetails, PairKey, SourceInput } from "./engine/protocol";
import type { Host } from "./host";
import { startIntake } from "./intake/intake";
import { allow, disallow, type Endpoint, suppressedBy } from "./ui/allowed";
import { type ColumnActions, showDataset } from "./ui/dataset";
import { Detail } from "./ui/detail";
import { announce, button, byId, replace, setBusy } from "./ui/dom";
import { download } from "./ui/download";
import { counted } from "./ui/format";
import { List } from "./ui/list";
import { clearErrors, showError, showRefusals } from "./ui/messages";
import type { plotsOf } from "./ui/plots";
import { showReading, showReadingStart } from "./ui/reading";
import { RuleEditor } from "./ui/rule-editor";
import { clearStatus, showStatus } from "./ui/status";
import { startTheme } from "./ui/theme";

/** Most dots in one plot: more are slow and cannot be told apart. */
const MAX_POINTS = 20_000;

/** Formats without columns to choose: their rows are made from packets or events. */
const CAPTURES = ["pcap", "evtx"];

const NARROW = matchMedia("(max-width: 900px)");

/** A pair explained under a rule, and the code that plots it. */
interface ExplainedPair {
  pair: PairKey;
  rule: Rule;
  details: PairDetails;
  plotsOf: typeof plotsOf;
}

interface Dataset {
  session: Session;
  inputs: SourceInput[];
  report: Report;
}

export function start(host: Host): void {
  new App(host).start();
}

class App {
  readonly #host: Host;
  readonly #engine: Engine;
  readonly #list: List;
  readonly #detail: Detail;
  readonly #remembered = new RememberedColumns(() => this.#showRemembered());
  #columns: ColumnDialog | null = null;
  #editor: RuleEditor | null = null;
  #dataset: Dataset | null = null;
  #reading: AbortController | null = null;
  #selected: PairKey | null = null;
  /** Number the requests, so that a late result never replaces a newer one. */
  #evaluation = 0;
  #explanation = 0;

  constructor(host: Host) {
    this.#host = host;
    this.#engine = new Engine(host);
    this.#detail = new Detail(byId("detail"));
    this.#list = new List(byId("list"), {
      onSelect: (pair) => this.#select(pair),
      onExplain: (pair) => this.#select(pair),
      onLeave: () => this.#closeDetail(),
      onRelax: (rule) => this.#editor?.apply(rule),
      onExport: (format) => this.#export(format),
    });
  }

  start(): void {
    startTheme(() => this.#detail.redraw());
    this.#showRemembered();
    startIntake({
      onInterest: () => this.#preload(),
      dropConsequence: () =>
        this.#dataset
          ? "Replaces the results on this page. Nothing is uploaded."
          : "Read on this device. Nothing is uploaded.",
      onInputs: (inputs, way) => this.#accept(inputs, way === "paste"),
      onFailure: (error) => showError(messageOf(error)),
    });
    onAction("sample", () => this.#openSample());
    onAction("paste", () => this.#pasteDialog());
    byId("cancel").addEventListener("click", () => this.#reading?.abort());
    document.addEventListener("keydown", (event) => this.#onKey(event));
    // The page is usable without the engine, which is loaded when the browser is idle.
    const idle = globalThis.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 200));
    idle(() => this.#preload());
  }

  #preload(): void {
    // If this fails, the error is shown when the engine is needed.
    this.#engine.load().catch(() => {});
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    if (this.#reading) this.#reading.abort();
    else if (this.#selected) this.#closeDetail();
  }

  async #openSample(): Promise<void> {
    try {
      const file = await this.#host.sample();
      await this.#accept([{ name: file.name, bytes: file }], false);
    } catch (error) {
      showError(messageOf(error));
    }
  }

  async #pasteDialog(): Promise<void> {
    const area = byId<HTMLTextAreaElement>("paste-text");
    area.value = "";
    if ((await closedBy("paste-dialog")) !== "read" || area.value.trim() === "") return;
    await this.#accept([{ name: "pasted text", bytes: new Blob([area.value]) }], true);
  }

  async #accept(inputs: SourceInput[], needsConsent: boolean): Promise<void> {
    if (needsConsent && this.#dataset) {
      const rows = counted(this.#dataset.report.totals.rows_read, "row");
      byId("confirm-text").textContent = `The pasted rows replace the results of ${rows} on this page.`;
      if ((await closedBy("confirm-dialog")) !== "replace") return;
    }
    await this.#read(inputs);
  }

  async #read(inputs: SourceInput[]): Promise<void> {
    this.#reading?.abort();
    this.#columns?.close();
    const reading = new AbortController();
    this.#reading = reading;
    clearErrors();
    showReadingStart(inputs);
    this.#setState("reading");
    announce(`reading ${counted(inputs.length, "file")}`);
    try {
      const session = await this.#engine.open(inputs, this.#remembered.all, showReading, reading.signal);
      const report = await this.#firstReport(session, reading.signal);
      this.#showNew(session, inputs, report);
    } catch (error) {
      if (this.#reading !== reading) return; // a newer reading has taken over
      if (error instanceof CancelledError) announce("reading cancelled");
      else showError(messageOf(error), hintOf(error));
      this.#setState(this.#dataset ? "results" : "landing");
    } finally {
      if (this.#reading === reading) this.#reading = null;
    }
  }

  async #firstReport(session: Session, signal: AbortSignal): Promise<Report> {
    const current = () => this.#dataset?.session ?? session;
    this.#editor ??= new RuleEditor(byId("rule"), session.facts, {
      onTouch: () => setBusy("list", true),
      onChange: (rule) => this.#evaluate(rule),
      // Any worker can do this; that of the latest dataset lives as long as the editor is visible.
      parseList: (kind, { name, text }) => current().parseList({ kind, name, text }),
      parseRule: (rule) => current().parseRule(rule),
      query: (target, rule) => current().query(target, rule),
    });
    try {
      const report = await this.#evaluateLeniently(session);
      if (signal.aborted) throw new CancelledError("cancelled");
      return report;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  #showNew(session: Session, inputs: SourceInput[], report: Report): void {
    if (report.sources.every((source) => source.error !== null)) {
      session.close();
      this.#refuse(session, inputs, report);
      return;
    }
    this.#dataset?.session.close();
    this.#dataset = { session, inputs, report };
    this.#closeDetail();
    clearStatus();
    this.#list.open("findings");
    byId("version").textContent = session.facts.version;
    byId("bar-dataset").textContent = inputs.map((input) => input.name).join(", ");
    this.#showSources(this.#dataset);
    this.#showList(report);
    this.#setState("results");
    scrollTo(0, 0);
    announce(`reading finished: ${counted(report.totals.findings, "finding")}`);
  }

  /** No source could be read: earlier results stay. */
  #refuse(session: Session, inputs: SourceInput[], report: Report): void {
    showRefusals(report.sources, this.#columnsOf(session, inputs, report));
    this.#setState(this.#dataset ? "results" : "landing");
    scrollTo(0, 0);
  }

  /** A rule that is being edited may be invalid; new files are then evaluated with the default rule. */
  async #evaluateLeniently(session: Session): Promise<Report> {
    try {
      return await session.evaluate(this.#editor?.rule ?? session.facts.defaultRule);
    } catch (error) {
      if (!(error instanceof EngineError && error.code === "E_RULE")) throw error;
      this.#editor?.set(session.facts.defaultRule);
      setBusy("list", false); // the edited rule was discarded
      return session.evaluate(session.facts.defaultRule);
    }
  }

  /** Sources do not depend on the rule: they are shown once per dataset. */
  #showSources({ session, inputs, report }: Dataset): void {
    showDataset(byId("dataset"), report, this.#columnsOf(session, inputs, report));
  }

  /** The column choice for each source. */
  #columnsOf(session: Session, inputs: SourceInput[], report: Report): ColumnActions {
    return {
      canChoose: (index) => {
        const format = report.sources[index]?.format ?? "";
        return session.sources[index]?.isText === true && !CAPTURES.includes(format);
      },
      wereChosen: (index) =>
        session.sources[index]?.remembered != null || inputs[index]?.options !== undefined,
      choose: (index) => this.#chooseColumns(session, inputs, report, index),
    };
  }

  /** The dialog about the columns of one source; the files are read again by what is said there. */
  async #chooseColumns(session: Session, inputs: SourceInput[], report: Report, at: number): Promise<void> {
    const input = inputs[at];
    if (!input || this.#columns) return;
    const aside = this.#engine.previewWorker();
    const head = firstBytes(input.bytes);
    aside.catch(() => {}); // both are told when they are waited for
    head.catch(() => {});
    const likeIt = alikeTo(report, at);
    const dialog = new ColumnDialog({
      name: input.name,
      options: input.options ?? session.sources[at]?.remembered?.options ?? {},
      alike: likeIt.length,
      canStore: canStore(),
      isRemembered: (key) => this.#remembered.find(key) !== null,
      preview: async (options) => (await aside).preview(await head, options),
      onRead: (choice) => this.#readBy(choice, inputs, [at, ...(choice.alsoAlike ? likeIt : [])]),
      onForget: (key) => this.#remembered.forget(key),
      onClose: () => {
        this.#columns = null;
        aside.then(
          (worker) => worker.close(),
          () => {},
        );
      },
    });
    this.#columns = dialog;
    dialog.open();
  }

  /** What is said of a header holds for all files that have it; without one, for these files, and others if wanted. */
  #readBy({ options, key, isNamed, remember }: ColumnChoice, inputs: SourceInput[], meant: number[]): void {
    const isPlain = Object.keys(options).length === 0;
    if (key !== null && (isPlain || !(isNamed || remember))) this.#remembered.forget(key);
    else if (key !== null) this.#remembered.put(key, options, remember);
    const own = isNamed || isPlain ? {} : { options };
    const next = inputs.map((input, index) =>
      meant.includes(index) ? { name: input.name, bytes: input.bytes, ...own } : input,
    );
    this.#read(next);
  }

  /** Shows how many column choices the browser stores, with a button to delete them. */
  #showRemembered(): void {
    const stored = this.#remembered.storedCount;
    const forget = () => {
      this.#remembered.forget();
      announce("forgotten");
    };
    replace(
      byId("remembered"),
      stored > 0 ? ` · this browser remembers the columns of ${counted(stored, "kind")} of file ` : null,
      stored > 0 ? button("Forget", forget, { class: "quiet" }) : null,
    );
  }

  #showList(report: Report): void {
    this.#list.show(report);
    document.title = `${counted(report.totals.findings, "finding")} · beaconlens`;
  }

  /**
   * Evaluates a rule; returns whether the page now shows its report. List, open detail and the
   * message of `notify` change in one task, so that the page is never half updated.
   */
  async #evaluate(rule: Rule, notify?: (report: Report) => void): Promise<boolean> {
    const dataset = this.#dataset;
    const turn = ++this.#evaluation;
    const isLate = () => turn !== this.#evaluation || dataset !== this.#dataset;
    setBusy("list", true);
    try {
      if (!dataset) return false;
      const report = await dataset.session.evaluate(rule);
      const open = await this.#openDetail(dataset, report.rule);
      if (isLate()) return false;
      this.#editor?.showError(null);
      dataset.report = report;
      this.#showList(report);
      announce(counted(report.totals.findings, "finding"));
      if (open) this.#showDetail(dataset, open);
      notify?.(report);
      return true;
    } catch (error) {
      if (isLate() || error instanceof CancelledError) return false;
      // The last list stays visible next to the error.
      if (error instanceof EngineError && error.code === "E_RULE") this.#editor?.showError(error);
      else showError(messageOf(error), hintOf(error));
      return false;
    } finally {
      if (turn === this.#evaluation) setBusy("list", false);
    }
  }

  /** Changes the rule from outside its form and evaluates it; returns whether the engine accepted it. */
  async #changeRule(change: (rule: Rule) => Rule, notify: (report: Report) => void): Promise<boolean> {
    const editor = this.#editor;
    if (!editor) return false;
    const rule = change(editor.take());
    editor.set(rule);
    return this.#evaluate(rule, notify);
  }

  async #allow(end: Endpoint): Promise<void> {
    await this.#changeRule(
      (rule) => allow(rule, end),
      (report) => {
        const pairs = counted(suppressedBy(report, end), "pair");
        showStatus(`Allowed ${end.side} ${end.address}: ${pairs} suppressed.`, () => this.#disallow(end));
      },
    );
  }

  async #disallow(end: Endpoint): Promise<void> {
    clearStatus(); // its undo is done
    const focusDetail = () => byId("detail").querySelector("h2")?.focus();
    const notify = () => {
      announce(`${end.address} is no longer allowed`);
      focusDetail();
    };
    if (!(await this.#changeRule((rule) => disallow(rule, end), notify))) focusDetail();
  }

  async #select(pair: PairKey): Promise<void> {
    this.#selected = pair;
    this.#list.mark(pair);
    await this.#explain(pair);
    // Next to the list the detail is visible; in one column it must be scrolled to.
    if (NARROW.matches) byId("detail").scrollIntoView({ block: "start" });
  }

  async #explain(pair: PairKey): Promise<void> {
    const dataset = this.#dataset;
    if (!dataset) return;
    const turn = ++this.#explanation;
    setBusy("detail", true);
    try {
      const explained = await this.#fetchDetails(dataset, pair, dataset.report.rule);
      if (turn !== this.#explanation) return;
      announce(this.#showDetail(dataset, explained));
    } catch (error) {
      if (turn !== this.#explanation || error instanceof CancelledError) return;
      if (error instanceof EngineError && error.code === "E_ADDRESS") {
        this.#selected = null;
        this.#list.showPairError(error.hint ? `${error.message}. ${error.hint}` : error.message);
      } else showError(messageOf(error), hintOf(error));
    } finally {
      if (turn === this.#explanation) setBusy("detail", false);
    }
  }

  async #fetchDetails(dataset: Dataset, pair: PairKey, rule: Rule): Promise<ExplainedPair> {
    const [details, { plotsOf }] = await Promise.all([
      dataset.session.details(pair, rule, MAX_POINTS),
      import("./ui/plots"), // the plotting code is not part of the first load
    ]);
    return { pair, rule, details, plotsOf };
  }

  /** The open pair explained under another rule; starts again if another pair is selected meanwhile. */
  async #openDetail(dataset: Dataset, rule: Rule): Promise<ExplainedPair | null> {
    for (;;) {
      const pair = this.#selected;
      try {
        const explained = pair && (await this.#fetchDetails(dataset, pair, rule));
        if (pair === this.#selected) return explained;
      } catch (error) {
        if (pair === this.#selected) throw error;
      }
    }
  }

  /** Shows a pair; returns the text to announce. */
  #showDetail(dataset: Dataset, { pair, rule, details, plotsOf }: ExplainedPair): string {
    this.#explanation++; // pending requests are older
    setBusy("detail", false);
    document.body.dataset.detail = "open";
    const { explanation, series } = details;
    // Prefer the row of the report: its scores also depend on the other pairs.
    const row = this.#list.find(pair) ?? explanation.measures;
    const plots = plotsOf(explanation, series, row, rule.utc_offset_minutes);
    this.#detail.show(explanation, row, plots, rule, {
      onClose: () => this.#closeDetail(),
      onAllow: (end) => this.#allow(end),
      onDisallow: (end) => this.#disallow(end),
      explainText: () => dataset.session.explainText(pair, rule),
    });
    return row?.verdict ?? explanation.sentence;
  }

  #closeDetail(): void {
    this.#explanation++;
    setBusy("detail", false);
    const hadFocus = byId("detail").contains(document.activeElement);
    const wasOpen = this.#selected !== null;
    this.#selected = null;
    this.#list.mark(null);
    this.#detail.hide();
    delete document.body.dataset.detail;
    if (wasOpen && hadFocus) this.#list.focusRow();
  }

  async #export(format: "json" | "csv"): Promise<void> {
    const dataset = this.#dataset;
    if (!dataset) return;
    try {
      const text = await dataset.session.reportText(format, dataset.report.rule);
      const type = format === "json" ? "application/json" : "text/csv";
      download(`beaconlens-findings.${format}`, type, text);
      announce(`exported as ${format.toUpperCase()}`);
    } catch (error) {
      showError(messageOf(error), hintOf(error));
    }
  }

  #setState(state: "landing" | "reading" | "results"): void {
    document.body.dataset.state = state;
    if (state === "reading") byId("reading-title").focus();
  }
}

/** The other sources of the same format without a header line, which the same choice of columns may fit. */
function alikeTo({ sources }: Report, at: number): number[] {
  const one = sources[at];
  return sources.flatMap((other, index) => {
    const isAlike =
      index !== at &&
      one?.header_line === null &&
      other.header_line === null &&
      other.format === one.format &&
      (other.error === null) === (one.error === null);
    return isAlike ? [index] : [];
  });
}

function onAction(name: string, act: () => void): void {
  for (const element of document.querySelectorAll(`[data-action=${name}]`)) {
    element.addEventListener("click", act);
  }
}

/** Opens a dialog; resolves with the value of the button that closed it. */
function closedBy(id: string): Promise<string> {
  const dialog = byId<HTMLDialogElement>(id);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function hintOf(error: unknown): string | null {
  if (error instanceof WebAssembly.CompileError) {
    return "the engine needs a browser of 2023 or later, with WebAssembly SIMD";
  }
  return error instanceof EngineError ? error.hint : null;
}
