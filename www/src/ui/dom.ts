// Creates and changes elements. Text only becomes text nodes: nothing here parses markup.

type Child = Node | string | number | null | undefined | false;
type Listeners = { [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };

export interface Attributes {
  class?: string;
  on?: Listeners;
  [attribute: string]: string | number | boolean | null | undefined | Listeners;
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "object") listen(element, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

function listen(element: HTMLElement, listeners: Listeners): void {
  for (const [type, listener] of Object.entries(listeners)) {
    element.addEventListener(type, listener as EventListener);
  }
}

export function append(parent: Node, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    parent.appendChild(typeof child === "object" ? child : document.createTextNode(String(child)));
  }
}

export function replace(parent: Element, ...children: Child[]): void {
  parent.replaceChildren();
  append(parent, children);
}

/** The element with this id; throws if index.html has none. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no element #${id}`);
  return element as T;
}

export function button(label: string, onClick: () => void, attributes: Attributes = {}) {
  return h("button", { type: "button", ...attributes, on: { click: onClick } }, label);
}

/** Announces a text to screen readers. */
export function announce(text: string): void {
  byId("announcer").textContent = text;
}

/** Marks a region as busy, from the event that requests a change of it until the change is shown. */
export function setBusy(id: string, busy: boolean): void {
  if (busy) byId(id).setAttribute("aria-busy", "true");
  else byId(id).removeAttribute("aria-busy");
}
