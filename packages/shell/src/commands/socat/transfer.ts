/** socat's loop: what one side gives goes to the other, until both have ended, or one has and the other is silent. */
import { errnoText, later, seconds } from "@lvsim/core";
import type { Kernel } from "../../kernel/kernel.ts";
import { onAny, type Wait } from "../../process/wait.ts";
import type { Channel } from "./channel.ts";
import { SocatFailure, type SocatOptions } from "./options.ts";

/** One direction. */
class Way {
  private readonly from: Channel;
  private readonly to: Channel;
  private rest = "";
  ended: boolean;

  constructor(from: Channel, to: Channel, used: boolean) {
    this.from = from;
    this.to = to;
    this.ended = !used;
  }

  /** Moves what can be moved now; whether anything was. */
  move(): boolean {
    let moved = false;
    while (!this.ended) {
      if (this.rest === "") {
        const got = this.from.read();
        if (got === null) return moved;
        if (typeof got === "number")
          throw new SocatFailure(`read(5, 0x0, 8192): ${errnoText(got)}`);
        if (got === "") {
          this.ended = true;
          this.to.finish();
          return true;
        }
        this.rest = got;
      }
      const count = this.to.write(this.rest);
      if (count < 0)
        throw new SocatFailure(`write(5, 0x0, ${this.rest.length}): ${errnoText(-count)}`);
      if (count === 0) return moved;
      this.rest = this.rest.slice(count);
      moved = true;
    }
    return moved;
  }
}

/** Which directions are open is `options`'. */
export function* transfer(
  { engine }: Kernel,
  { closing, directions, idle }: SocatOptions,
  first: Channel,
  second: Channel,
): Generator<Wait, void, void> {
  const forward = new Way(first, second, directions !== "backward");
  const backward = new Way(second, first, directions !== "forward");
  const queues = [...first.queues, ...second.queues];
  let activeAt = engine.now;
  for (;;) {
    const moved = forward.move();
    if (backward.move() || moved) activeAt = engine.now;
    if (forward.ended && backward.ended) return;
    const isClosing = directions === "both" && (forward.ended || backward.ended);
    const patience = isClosing ? closing : idle;
    const end = isClosing || idle > 0 ? later(activeAt, seconds(patience)) : null;
    if (end !== null && engine.now >= end) return;
    yield onAny(queues, end);
  }
}
