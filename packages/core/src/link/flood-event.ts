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
  /** One of `receivers` that does not get it; null for none. */
  private readonly except: FrameReceiver | null;
  private readonly from: FloodSource;

  constructor(
    frame: Frame,
    receivers: FrameReceiver[],
    except: FrameReceiver | null,
    from: FloodSource,
  ) {
    super();
    this.frame = frame;
    this.receivers = receivers;
    this.except = except;
    this.from = from;
  }

  fire(): void {
    this.from.floodEnded();
    const { receivers, except, frame } = this;
    for (let i = 0; i < receivers.length; i++) {
      const receiver = receivers[i] as FrameReceiver;
      if (receiver !== except) receiver.receive(frame);
    }
  }
}
