/**
 * Something that happens at an instant of simulated time. Subclasses hold plain fields only. When it happens, and its
 * place among events of that instant, is the queue's to know: a number with a fraction's range costs an object a box
 * of its own.
 */
export abstract class SimEvent {
  /** Runs once, when simulated time has come to it; `Engine.now` says when that is. */
  abstract fire(): void;
}

/** Whom things reach that travel: frames, which are no events but need nothing else to arrive. */
export interface Receiver<Thing> {
  receive(thing: Thing): void;
}
