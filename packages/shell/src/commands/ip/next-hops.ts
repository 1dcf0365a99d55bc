/** `nexthop via … dev … weight …` at the end of `ip route add` (`parse_nexthops`). */
import type { NextHopConfig } from "@lvsim/core";
import { CommandFailure } from "../../options/failure.ts";
import { invalidArgument, type Words } from "../../options/iproute2.ts";
import { parseUnsigned, readAddress } from "./arguments.ts";
import { deviceOf, type IpContext, leftOut } from "./context.ts";

type Hop = { -readonly [K in keyof NextHopConfig]: NextHopConfig[K] };

const WEIGHT_MAX = 256;
const LEFT_OUT = ["realms", "encap", "as"];

/** All next hops; the first word `nexthop` was just read. */
export function takeNextHops(context: IpContext, words: Words): NextHopConfig[] {
  const hops: NextHopConfig[] = [];
  for (;;) {
    if (words.done)
      throw new CommandFailure(255, 'Error: unexpected end of line after "nexthop"\n');
    hops.push(takeNextHop(context, words));
    const next = words.take();
    if (next === undefined) return hops;
    if (next !== "nexthop")
      throw new CommandFailure(
        255,
        `Error: "nexthop" or end of line is expected instead of "${next}"\n`,
      );
  }
}

function takeNextHop(context: IpContext, words: Words): NextHopConfig {
  const hop: Hop = {
    gateway: 0 as Hop["gateway"],
    device: 0,
    weight: 1,
    onlink: false,
    dead: false,
  };
  while (!words.done) {
    const word = words.take() as string;
    if (word === "via") hop.gateway = takeGateway(words);
    else if (word === "dev") hop.device = deviceOf(context, words.value()).index;
    else if (word === "weight") hop.weight = takeWeight(words.value());
    else if (word === "onlink") hop.onlink = true;
    else if (LEFT_OUT.includes(word)) throw leftOut(`${word} of a next hop`);
    else {
      words.back();
      break;
    }
  }
  return hop;
}

function takeGateway(words: Words): Hop["gateway"] {
  const word = words.value();
  return readAddress(word === "inet" ? words.value() : word, "inet");
}

function takeWeight(word: string): number {
  const weight = parseUnsigned(word);
  if (weight === undefined || weight === 0 || weight > WEIGHT_MAX)
    throw invalidArgument('"weight" is invalid\n', word);
  return weight;
}
