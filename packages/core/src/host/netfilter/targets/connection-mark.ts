/** `-j CONNMARK` (`xt_connmark`): the mark of a connection, and its exchange with the packet's. */
import type { Frame } from "../../../packet/frame.ts";
import { EventBit, type TrackedPacket } from "../../conntrack/tracked-connection.ts";
import type { OptionValues } from "../config.ts";
import { readMasked, readNumber } from "../matches/option.ts";
import { GO_ON, type Target, type TargetContext } from "./target.ts";

const ALL_BITS = "0xffffffff";

export class ConnectionMarkTarget implements Target {
  private readonly context: TargetContext;
  private readonly mode: "set" | "save" | "restore";
  private readonly mark: number;
  private readonly connectionMask: number;
  private readonly packetMask: number;

  constructor(options: OptionValues, context: TargetContext) {
    this.context = context;
    const saves = options["save-mark"] !== undefined;
    const restores = options["restore-mark"] !== undefined;
    this.mode = saves ? "save" : restores ? "restore" : "set";
    const [mark, mask] = readMasked(options["set-xmark"] ?? "0/0");
    this.mark = mark;
    this.connectionMask = this.mode === "set" ? mask : readNumber(options.ctmask ?? ALL_BITS) | 0;
    this.packetMask = readNumber(options.nfmask ?? ALL_BITS) | 0;
  }

  apply(frame: Frame): typeof GO_ON {
    const view = frame.conntrack as TrackedPacket | null;
    if (view === null) return GO_ON;
    const { connection } = view;
    if (this.mode === "restore") {
      frame.mark = (frame.mark & ~this.packetMask) ^ (connection.mark & this.connectionMask);
      return GO_ON;
    }
    const bits = this.mode === "set" ? this.mark : frame.mark & this.packetMask;
    const mark = (connection.mark & ~this.connectionMask) ^ bits;
    if (mark === connection.mark) return GO_ON;
    connection.mark = mark;
    this.context.connections.tracking.note(connection, EventBit.mark);
    return GO_ON;
  }
}

/** `-j CT` without options: the packet is tracked as it would be anyway. */
export const CT_TARGET: Target = { apply: () => GO_ON };
