// The page as a whole: which state it is in, and how one leads to another.
//
//   landing ──files──▶ reading ──▶ results ──files──▶ reading …
//
// A failed or cancelled reading goes back to where it came from, with the last results intact.

import type { Report, Rule } from "beaconlens";
import { type ColumnChoice, ColumnDialog } from "./columns/dialog";
import { headOf } from "./columns/head";
import { canStore, RememberedColumns } from "./columns/remembered";
import { CancelledError, Engine, EngineError, type Session } from "./engine/client";
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

/** More dots than this in one plot are a blot, and slow. */
const MAX_POINTS = 20_000;

/** Formats whose rows the engine makes itself: there is nothing to choose. */
const CAPTURES = ["pcap", "evtx"];

const NARROW = matchMedia("(max-width: 900px)");

/** What the engine said of a pair under a rule, and what draws it. */
interface Answer {
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
  /** Counts questions to the engine, so that a late answer never overwrites a newer one. */
  #evaluation = 0;
  #explanation = 0;

  constructor(host: Host) {
    this.#host = host;
    this.#engine = new Engine(host);
    this.#detail = new Detail(byId("detail"));
    this.#list = new List(byId("list"), {
      onSelect: (pair) => this.#select(pair),
      onAsk: (pair) => this.#select(pair),
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
    // The page is complete without the engine; it comes when the browser has nothing to do.
    const idle = globalThis.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 200));
    idle(() => this.#preload());
  }

  #preload(): void {
    // A failure here is shown when the engine is really needed.
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
    if ((await answerOf("paste-dialog")) !== "read" || area.value.trim() === "") return;
    await this.#accept([{ name: "pasted text", bytes: new Blob([area.value]) }], true);
  }

  async #accept(inputs: SourceInput[], needsConsent: boolean): Promise<void> {
    if (needsConsent && this.#dataset) {
      const rows = counted(this.#dataset.report.totals.rows_read, "row");
      byId("confirm-text").textContent = `The results of ${rows} on this page give way to what was pasted.`;
      if ((await answerOf("confirm-dialog")) !== "replace") return;
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
      if (error instanceof CancelledError) announce("reading was cancelled");
      else showError(messageOf(error), hintOf(error));
      this.#setState(this.#dataset ? "results" : "landing");
    } finally {
      if (this.#reading === reading) this.#reading = null;
    }
  }

  async #firstReport(session: Session, signal: AbortSignal): Promise<Report> {
    const asked = () => this.#dataset?.session ?? session;
    this.#editor ??= new RuleEditor(byId("rule"), session.facts, {
      onTouch: () => setBusy("list", true),
      onChange: (rule) => this.#evaluate(rule),
      // Any worker will do; the one of the latest dataset is there as long as the editor is seen.
      parseList: (kind, { name, text }) => asked().parseList({ kind, name, text }),
      parseRule: (rule) => asked().parseRule(rule),
      query: (target, rule) => asked().query(target, rule),
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

  /** Not one source could be read: the last results, if any, stay. */
  #refuse(session: Session, inputs: SourceInput[], report: Report): void {
    showRefusals(report.sources, this.#columnsOf(session, inputs, report));
    this.#setState(this.#dataset ? "results" : "landing");
    scrollTo(0, 0);
  }

  /** A rule that is being edited may be broken; new files are then read by the default one. */
  async #evaluateLeniently(session: Session): Promise<Report> {
    try {
      return await session.evaluate(this.#editor?.rule ?? session.facts.defaultRule);
    } catch (error) {
      if (!(error instanceof EngineError && error.code === "E_RULE")) throw error;
      this.#editor?.set(session.facts.defaultRule);
      setBusy("list", false); // what was typed a moment ago is gone
      return session.evaluate(session.facts.defaultRule);
    }
  }

  /** What was read does not change with the rule: it is shown once a dataset. */
  #showSources({ session, inputs, report }: Dataset): void {
    showDataset(byId("dataset"), report, this.#columnsOf(session, inputs, report));
  }

  /** What can be done about the columns of the sources. */
  #columnsOf(session: Session, inputs: SourceInput[], report: Report): ColumnActions {
    return {
      canChoose: (index) => {
        const format = report.sources[index]?.format ?? "";
        return session.sources[index]?.isText === true && !CAPTURES.includes(format);
      },
      wereSaid: (index) => session.sources[index]?.remembered != null || inputs[index]?.options !== undefined,
      choose: (index) => this.#chooseColumns(session, inputs, report, index),
    };
  }

  /** The dialog about the columns of one source; the files are read again by what is said there. */
  async #chooseColumns(session: Session, inputs: SourceInput[], report: Report, at: number): Promise<void> {
    const input = inputs[at];
    if (!input || this.#columns) return;
    const aside = this.#engine.aside();
    const head = headOf(input.bytes);
    aside.catch(() => {}); // both are told when they are waited for
    head.catch(() => {});
    const likeIt = alikeTo(report, at);
    const dialog = new ColumnDialog({
      name: input.name,
      options: input.options ?? session.sources[at]?.remembered?.options ?? {},
      alike: likeIt.length,
      canStore: canStore(),
      isRemembered: (key) => this.#remembered.find(key) !== null,
      look: async (ask) => (await aside).look({ ...ask, head: await head }),
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

  /** What the browser keeps is said, with the way to have it forgotten. */
  #showRemembered(): void {
    const kept = this.#remembered.storedCount;
    const forget = () => {
      this.#remembered.forget();
      announce("forgotten");
    };
    replace(
      byId("remembered"),
      kept > 0 ? ` · this browser remembers the columns of ${counted(kept, "kind")} of file ` : null,
      kept > 0 ? button("Forget", forget, { class: "quiet" }) : null,
    );
  }

  #showList(report: Report): void {
    this.#list.show(report);
    document.title = `${counted(report.totals.findings, "finding")} · beaconlens`;
  }

  /**
   * Says whether the list is now this rule's. What is seen changes as a whole, in one task: the
   * list, the open detail, and what `tell` says of it.
   */
  async #evaluate(rule: Rule, tell?: (report: Report) => void): Promise<boolean> {
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
      tell?.(report);
      return true;
    } catch (error) {
      if (isLate() || error instanceof CancelledError) return false;
      // The last good list stays in place beside the error.
      if (error instanceof EngineError && error.code === "E_RULE") this.#editor?.showError(error);
      else showError(messageOf(error), hintOf(error));
      return false;
    } finally {
      if (turn === this.#evaluation) setBusy("list", false);
    }
  }

  /** Changes the rule from outside its form, and re-ranks; says whether the engine took it. */
  async #rework(change: (rule: Rule) => Rule, tell: (report: Report) => void): Promise<boolean> {
    const editor = this.#editor;
    if (!editor) return false;
    const rule = change(editor.take());
    editor.set(rule);
    return this.#evaluate(rule, tell);
  }

  async #allow(end: Endpoint): Promise<void> {
    await this.#rework(
      (rule) => allow(rule, end),
      (report) => {
        const pairs = counted(suppressedBy(report, end), "pair");
        showStatus(`Allowed ${end.side} ${end.address}: ${pairs} suppressed.`, () => this.#disallow(end));
      },
    );
  }

  async #disallow(end: Endpoint): Promise<void> {
    clearStatus(); // what it offers to undo is undone
    const stayNear = () => byId("detail").querySelector("h2")?.focus();
    const tell = () => {
      announce(`${end.address} is no longer allowed`);
      stayNear();
    };
    if (!(await this.#rework((rule) => disallow(rule, end), tell))) stayNear();
  }

  async #select(pair: PairKey): Promise<void> {
    this.#selected = pair;
    this.#list.mark(pair);
    await this.#explain(pair);
    // Beside the list the detail is in sight; in one column it has to be brought there.
    if (NARROW.matches) byId("detail").scrollIntoView({ block: "start" });
  }

  async #explain(pair: PairKey): Promise<void> {
    const dataset = this.#dataset;
    if (!dataset) return;
    const turn = ++this.#explanation;
    setBusy("detail", true);
    try {
      const answer = await this.#ask(dataset, pair, dataset.report.rule);
      if (turn !== this.#explanation) return;
      announce(this.#showDetail(dataset, answer));
    } catch (error) {
      if (turn !== this.#explanation || error instanceof CancelledError) return;
      if (error instanceof EngineError && error.code === "E_ADDRESS") {
        this.#selected = null;
        this.#list.showQuestionError(error.hint ? `${error.message}. ${error.hint}` : error.message);
      } else showError(messageOf(error), hintOf(error));
    } finally {
      if (turn === this.#explanation) setBusy("detail", false);
    }
  }

  async #ask(dataset: Dataset, pair: PairKey, rule: Rule): Promise<Answer> {
    const [details, { plotsOf }] = await Promise.all([
      dataset.session.details(pair, rule, MAX_POINTS),
      import("./ui/plots"), // the plotting code is not part of the first load
    ]);
    return { pair, rule, details, plotsOf };
  }

  /** What the detail has to say under another rule; a pair selected while it is asked counts. */
  async #openDetail(dataset: Dataset, rule: Rule): Promise<Answer | null> {
    for (;;) {
      const pair = this.#selected;
      try {
        const answer = pair && (await this.#ask(dataset, pair, rule));
        if (pair === this.#selected) return answer;
      } catch (error) {
        if (pair === this.#selected) throw error;
      }
    }
  }

  /** Shows it, and answers with what to tell people who listen. */
  #showDetail(dataset: Dataset, { pair, rule, details, plotsOf }: Answer): string {
    this.#explanation++; // what is still under way was asked before
    setBusy("detail", false);
    document.body.dataset.detail = "open";
    const { explanation, series } = details;
    // What is known of the other pairs counts, too: only the report has all of it.
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

/** The other sources that were read, or refused, as this one, and have no header to be known by. */
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

/** Opens a dialog of the page; resolves with the value of the button that closed it. */
function answerOf(id: string): Promise<string> {
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
