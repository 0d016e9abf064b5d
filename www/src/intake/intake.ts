// The ways to open files: drop, pick and paste. All end in a list of named inputs.

import type { SourceInput } from "../engine/protocol";
import { byId } from "../ui/dom";
import { counted } from "../ui/format";

export interface Intake {
  /** Files will probably be opened soon: time to load the engine. */
  onInterest(): void;
  /** What a drop would do now, for the overlay. */
  dropConsequence(): string;
  onInputs(inputs: SourceInput[], way: "drop" | "pick" | "paste"): void;
  /** A dropped folder could not be read. */
  onFailure(error: unknown): void;
}

const asInputs = (files: Iterable<File>): SourceInput[] =>
  [...files].map((file) => ({ name: file.name, bytes: file }));

export function startIntake(intake: Intake): void {
  startDrop(intake);
  startPick(intake);
  startPaste(intake);
}

/** Accepts files, and text that is dragged from outside the page and not into a text field. */
function accepts(event: DragEvent, fromInside: boolean): boolean {
  const types = event.dataTransfer?.types ?? [];
  if (types.includes("Files")) return true;
  return types.includes("text/plain") && !fromInside && !isTyping(event.target);
}

function startDrop(intake: Intake): void {
  const overlay = byId("drop-overlay");
  // A child is entered before its parent is left: only the balance says when the drag has left the page.
  let depth = 0;
  let fromInside = false;
  document.addEventListener("dragstart", () => {
    fromInside = true;
  });
  document.addEventListener("dragend", () => {
    fromInside = false;
  });
  const show = (transfer: DataTransfer | null) => {
    const items = transfer ? [...transfer.items].filter((item) => item.kind === "file").length : 0;
    const what = items > 0 ? counted(items, "file") : "this text";
    byId("drop-what").textContent = `Drop to read ${what}`;
    byId("drop-consequence").textContent = intake.dropConsequence();
    overlay.hidden = false;
  };
  const hide = () => {
    depth = 0;
    overlay.hidden = true;
  };
  document.addEventListener("dragenter", (event) => {
    if (!accepts(event, fromInside)) return;
    event.preventDefault();
    intake.onInterest();
    if (++depth === 1) show(event.dataTransfer);
  });
  document.addEventListener("dragover", (event) => {
    if (accepts(event, fromInside)) event.preventDefault();
  });
  document.addEventListener("dragleave", (event) => {
    if (accepts(event, fromInside) && --depth <= 0) hide();
  });
  document.addEventListener("drop", (event) => {
    if (!accepts(event, fromInside)) return;
    event.preventDefault();
    hide();
    const folders = entriesOf(event.dataTransfer);
    if (folders.some((entry) => entry.isDirectory)) {
      walk(folders).then((inputs) => intake.onInputs(inputs, "drop"), intake.onFailure);
      return;
    }
    const inputs = fromTransfer(event.dataTransfer, "dropped text");
    if (inputs.length > 0) intake.onInputs(inputs, "drop");
  });
}

const entriesOf = (transfer: DataTransfer | null): FileSystemEntry[] =>
  [...(transfer?.items ?? [])].flatMap((item) => item.webkitGetAsEntry() ?? []);

/** All files in and below the entries, named by their path, in order of name. */
async function walk(entries: FileSystemEntry[]): Promise<SourceInput[]> {
  const inputs: SourceInput[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory) inputs.push(...(await walk(await children(entry as FileSystemDirectoryEntry))));
    else inputs.push({ name: entry.fullPath.slice(1), bytes: await fileOf(entry as FileSystemFileEntry) });
  }
  return inputs;
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

/** A directory reader returns its entries in batches; an empty batch is the last. */
async function children(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (batch.length === 0) return all;
    all.push(...batch);
  }
}

function startPick(intake: Intake): void {
  const picker = byId<HTMLInputElement>("picker");
  for (const opener of document.querySelectorAll("[data-action=pick]")) {
    opener.addEventListener("click", () => picker.click());
    opener.addEventListener("pointerenter", () => intake.onInterest(), { once: true });
  }
  picker.addEventListener("change", () => {
    const inputs = asInputs(picker.files ?? []);
    picker.value = ""; // so that the same file can be picked again
    if (inputs.length > 0) intake.onInputs(inputs, "pick");
  });
}

function startPaste(intake: Intake): void {
  document.addEventListener("paste", (event) => {
    if (isTyping(event.target)) return;
    const inputs = fromTransfer(event.clipboardData, "pasted text");
    if (inputs.length === 0) return;
    event.preventDefault();
    intake.onInputs(inputs, "paste");
  });
}

function fromTransfer(transfer: DataTransfer | null, textName: string): SourceInput[] {
  if (!transfer) return [];
  if (transfer.files.length > 0) return asInputs(transfer.files);
  const text = transfer.getData("text/plain");
  return text.trim() === "" ? [] : [{ name: textName, bytes: new Blob([text]) }];
}

export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.matches("input, textarea, select") || target.isContentEditable);
