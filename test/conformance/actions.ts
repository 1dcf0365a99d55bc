/** The items of a step's `do`, done one after the other. */
import { errnoText } from "@lvsim/core";
import { arpOctets, hexOctets, packetOctets } from "./octets.ts";
import type { JsonObject } from "./recording.ts";
import type { Sockets } from "./sockets.ts";
import type { Stage } from "./stage.ts";

/** What an item showed: a command's output, a call's error. */
export interface ActionOutcome {
  readonly item: JsonObject;
  /** The error text of a sending call; undefined when it went well. */
  readonly error: string | undefined;
}

/** Does `item`; the outcome has the item's form, with what a recorded command printed here. */
export function act(item: JsonObject, stage: Stage, sockets: Sockets): ActionOutcome {
  const ns = String(item.ns);
  const device = String(item.if);
  let error = 0;
  if (typeof item.wait_ms === "number") stage.wait(item.wait_ms);
  else if (typeof item.cmd === "string") return { item: ranCommand(item, stage), error: undefined };
  else if (item.udp !== undefined) error = sockets.sendUdp(ns, item.udp as JsonObject);
  else if (item.connect !== undefined) sockets.connect(ns, item.connect as JsonObject);
  else if (item.send !== undefined) sockets.send(item.send as JsonObject);
  else if (item.close !== undefined) sockets.close(item.close as JsonObject);
  else if (item.server_send !== undefined) sockets.serverSend(ns, item.server_send as JsonObject);
  else if (item.server_close !== undefined) sockets.serverClose(item.server_close as JsonObject);
  else if (item.arp !== undefined) stage.inject(ns, device, arpOctets(item.arp as JsonObject));
  else if (item.packet !== undefined)
    stage.inject(ns, device, packetOctets(item.packet as JsonObject));
  else if (typeof item.frame === "string") stage.inject(ns, device, hexOctets(item.frame));
  else throw new Error(`an item that no rule describes: ${JSON.stringify(item)}`);
  return { item, error: error === 0 ? undefined : errnoText(error) };
}

function ranCommand(item: JsonObject, stage: Stage): JsonObject {
  const { status, stdout, stderr } = stage.exec(String(item.ns), String(item.cmd));
  if (!("rc" in item)) return item;
  return { ...item, rc: status, stdout, stderr };
}
