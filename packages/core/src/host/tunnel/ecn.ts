/** Explicit congestion notification through a tunnel (RFC 6040 as Linux has it; `INET_ECN_encapsulate`, `IP_ECN_decapsulate`). */

/** The two low bits of TOS (RFC 3168 §5). */
const Ecn = { mask: 3, notCapable: 0, capable1: 1, capable0: 2, congestion: 3 } as const;

/** The outer TOS: the wanted one with the inner ECN bits, but a mark of congestion becomes "capable". */
export function encapsulatedTos(tos: number, innerTos: number): number {
  const ecn = innerTos & Ecn.mask;
  return (tos & ~Ecn.mask) | (ecn === Ecn.congestion ? Ecn.capable0 : ecn);
}

/** The inner TOS as the outer one changes it; −1 for a packet to be dropped: congestion was marked on one that can't say so. */
export function decapsulatedTos(outerTos: number, innerTos: number): number {
  const outer = outerTos & Ecn.mask;
  const inner = innerTos & Ecn.mask;
  if (inner === Ecn.notCapable) return outer === Ecn.congestion ? -1 : innerTos;
  if (outer === Ecn.congestion) return innerTos | Ecn.congestion;
  if (outer === Ecn.capable1 && inner === Ecn.capable0)
    return (innerTos & ~Ecn.mask) | Ecn.capable1;
  return innerTos;
}
