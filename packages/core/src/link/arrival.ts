/** Arrivals of frames that several receivers share: such a frame cannot be its own event. */
import type { Frame, FrameReceiver } from "../packet/frame.ts";
import { SimEvent } from "../time/event.ts";

/** A shared frame comes to one receiver. */
export class SharedArrival extends SimEvent {
  readonly frame: Frame;
  readonly receiver: FrameReceiver;

  constructor(frame: Frame, receiver: FrameReceiver) {
    super();
    this.frame = frame;
    this.receiver = receiver;
  }

  fire(): void {
    this.receiver.receive(this.frame);
  }
}
