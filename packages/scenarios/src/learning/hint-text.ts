/** A hint in a sentence. */
import { formatIpv4Address, type Ipv4Address } from "@lvsim/core";
import { hookName, methodName, protocolName } from "../views/packet-text.ts";
import type { Language } from "../views/styled.ts";
import type { Hint } from "./hint.ts";
import type { Station } from "./stations.ts";
import { type LearningText, tell } from "./words.ts";

const SIDES = {
  request: "partingRequest",
  reply: "partingReply",
  rest: "partingRest",
} as const satisfies Record<string, LearningText>;

export function hintText(hint: Hint, language: Language): string {
  if (hint.kind === "author") return hint.text[language];
  if (hint.kind === "shares") {
    const { from, command, expected, actual } = hint;
    return tell(language, "shares", { from, command, expected, actual });
  }
  const what = tell(language, SIDES[hint.side], { number: hint.request });
  const { after, expected, actual, belief } = hint;
  if (hint.side === "rest")
    return tell(language, "partingAlone", { what, actual: stationText(actual, true, language) });
  const until =
    after === null ? "" : tell(language, "after", { station: stationText(after, true, language) });
  const text = tell(language, "parting", {
    what,
    after: until,
    actual: stationText(actual, after !== null, language),
    expected: stationText(expected, after !== null, language),
  });
  return belief === null ? text : `${text} · ${tell(language, "belief", { ...belief })}`;
}

function stationText(station: Station | null, began: boolean, language: Language): string {
  if (station === null) return tell(language, began ? "wentNoFurther" : "neverSent");
  const { host } = station;
  switch (station.kind) {
    case "point":
      return tell(language, "atPoint", { host, point: hookName(station.point) });
    case "scheduled":
      return tell(language, "wasScheduled", {
        host,
        server: station.server,
        method: methodName(station.method),
      });
    case "sent":
      return sentText(station, language);
    case "delivered":
      return tell(language, "wasDelivered", { host, protocol: protocolName(station.protocol) });
    case "dropped": {
      const { reason, why } = station;
      return tell(language, "wasDropped", {
        host,
        reason: why === "" ? reason : `${reason}, ${why}`,
      });
    }
  }
}

function sentText(
  { host, device, to, header }: Station & { readonly kind: "sent" },
  language: Language,
): string {
  const [source, destination] = [header.source, header.destination].map((address) =>
    formatIpv4Address(address as Ipv4Address),
  );
  return tell(language, "wasSent", {
    host,
    device,
    to: to === "" ? tell(language, "nobody") : to,
    source: source ?? "",
    destination: destination ?? "",
  });
}
