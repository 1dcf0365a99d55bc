/** One frame that comes to many receivers at one instant: a flood costs one event, not one for each port. */
import type { Frame, FrameReceiver } from "../packet/frame.ts";
import { SimEvent } from "../time/event.ts";

/** Whoever counts the floods that are under way. */
export interface FloodSource {
  floodEnded(): void;
}

export class FloodEvent extends SimEvent {
  readonly frame: Frame;
  /** In the order in which they get the frame. */
  readonly receivers: FrameReceiver[];
  private readonly from: FloodSource;

  constructor(frame: Frame, receivers: FrameReceiver[], from: FloodSource) {
    super();
    this.frame = frame;
    this.receivers = receivers;
    this.from = from;
  }

  fire(): void {
    this.from.floodEnded();
    const receivers = this.receivers;
    for (let i = 0; i < receivers.length; i++) (receivers[i] as FrameReceiver).receive(this.frame);
  }
}
