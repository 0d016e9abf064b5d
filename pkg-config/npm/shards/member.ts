// A detector of the ring that does not lead: it reads what comes by, and answers.

import type { Detector } from "beaconlens";
import { answerOf, type Engine, failureOf, type Link, type Message, type Question, send } from "./ring";

export function joinRing(engine: Engine, link: Link): void {
  const member = new Member(engine, link);
  link.from.onmessage = ({ data }: MessageEvent<Message>) => member.receive(data);
  // The leader gives the ring up: so does every other in turn.
  link.from.addEventListener("close", () => link.to.close());
}

class Member {
  readonly #engine: Engine;
  readonly #link: Link;
  #detector: Detector | undefined;
  /** The reason was reported; from then on messages are only passed on. */
  #failed = false;

  constructor(engine: Engine, link: Link) {
    this.#engine = engine;
    this.#link = link;
  }

  receive(message: Message): void {
    if (message.kind === "block") {
      this.#read(message);
      if (!this.#failed) message.pairs += this.#dataset.progress().pairs;
      send(this.#link, message); // with its bytes: they could not be read afterwards
      return;
    }
    send(this.#link, message);
    if (message.kind === "question") this.#answer(message.turn, message.question);
    else this.#read(message);
  }

  #read(message: Message): void {
    if (this.#failed) return;
    try {
      this.#take(message);
    } catch (error) {
      const failure = failureOf(error);
      // The leader's detector refuses the source too, and reports it.
      if (failure.code === "E_NOT_FLOWS") return;
      this.#failed = true;
      send(this.#link, { kind: "failed", turn: undefined, failure });
    }
  }

  #take(message: Message): void {
    switch (message.kind) {
      case "open": {
        const { index, of } = this.#link;
        this.#detector?.free();
        this.#detector = new this.#engine.Detector({ ...message.options, shard: { index, of } });
        break;
      }
      case "source":
        this.#dataset.startSource(message.name, message.options);
        break;
      case "block":
        this.#dataset.ingest(message.bytes);
        break;
      case "finish":
        this.#dataset.finish();
        break;
      case "suffixes":
        this.#dataset.setPublicSuffixes(message.list);
        break;
    }
  }

  #answer(turn: number, question: Question): void {
    try {
      send(this.#link, { kind: "answer", turn, answer: answerOf(this.#dataset, question) });
    } catch (error) {
      send(this.#link, { kind: "failed", turn, failure: failureOf(error) });
    }
  }

  get #dataset(): Detector {
    if (!this.#detector) throw new Error("no flows have been read");
    return this.#detector;
  }
}
