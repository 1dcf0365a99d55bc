/** The elements for which one of a command line stands: the kernel goes through addresses, then ports (`mtype_uadt`). */
import {
  type ElementConfig,
  EMPTY_ELEMENT,
  type Ipv4Address,
  SET_SHAPES,
  type SetConfig,
} from "@lvsim/core";
import { type AddressSpan, type ElementSpec, spanBounds } from "./element-text.ts";

const PREFIX_MAX = 32;

interface Part {
  readonly address: Ipv4Address;
  readonly prefixLength: number;
}

/** The largest network that begins at `from` and does not end beyond `to`. */
function networkAt(from: number, to: number): Part {
  let prefixLength = PREFIX_MAX;
  while (prefixLength > 1) {
    const size = 2 ** (PREFIX_MAX - prefixLength + 1);
    if (from % size !== 0 || from + size - 1 > to) break;
    prefixLength--;
  }
  return { address: (from | 0) as Ipv4Address, prefixLength };
}

/** Single networks of `step` addresses, or the networks that make up a range. */
function* addresses(span: AddressSpan, isNetwork: boolean, step: number): Generator<Part> {
  if (isNetwork && span.form !== "range")
    return yield { address: span.first, prefixLength: span.prefixLength };
  const [from, to] = spanBounds(span);
  for (let at = from; at <= to; ) {
    const part = isNetwork
      ? networkAt(at, to)
      : { address: (at | 0) as Ipv4Address, prefixLength: PREFIX_MAX };
    yield part;
    at = isNetwork ? at + 2 ** (PREFIX_MAX - part.prefixLength) : at - (at % step) + step;
  }
}

/** In the kernel's order. Nobody holds them all: a set is full, or a bitmap ends, long before. */
export function* expand(spec: ElementSpec, set: SetConfig): Generator<ElementConfig> {
  const { firstIsNetwork, secondIsNetwork, hasAddress, hasPort } = SET_SHAPES[set.type];
  const step = 2 ** (PREFIX_MAX - set.netmask);
  const protocol = hasPort && hasAddress ? spec.ports.protocol : 0;
  for (const { address, prefixLength } of addresses(spec.address, firstIsNetwork, step))
    for (let port = spec.ports.first; port <= spec.ports.last; port++)
      for (const second of addresses(spec.second, secondIsNetwork, 1))
        yield {
          ...EMPTY_ELEMENT,
          address,
          prefixLength,
          protocol,
          port,
          secondAddress: second.address,
          secondPrefixLength: second.prefixLength,
          set: spec.set,
        };
}
