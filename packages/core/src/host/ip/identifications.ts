/**
 * Identification fields of packets that may be fragmented (RFC 6864; `ip_select_ident`). Linux counts in 2,048 counters
 * by destination with random steps; here one counter serves a namespace: all that matters is that none repeats soon.
 */
export class Identifications {
  private last = 0;

  /** 1 to 65535, over and over. */
  next(): number {
    this.last = this.last === 0xffff ? 1 : this.last + 1;
    return this.last;
  }
}
