/** To which VLANs a switch port belongs (IEEE 802.1Q, as `bridge vlan` configures it). */

const VLAN_ID_MASK = 0xfff;

/** What `classify` answers for a frame that may not enter. */
export const NO_VLAN = -1;

export class PortVlan {
  /** VLAN of untagged frames, in which frames also leave untagged; 0 for none. */
  readonly untagged: number;
  /** VLANs whose frames are tagged here, `untagged` not among them; null for all others. */
  private readonly tagged: ReadonlySet<number> | null;

  private constructor(untagged: number, tagged: ReadonlySet<number> | null) {
    this.untagged = untagged;
    this.tagged = tagged;
  }

  /** A port for hosts that know nothing of VLANs. */
  static access(vlan: number): PortVlan {
    return new PortVlan(vlan, new Set());
  }

  /** A port for another switch: `allowed` VLANs tagged (null: all), `native` untagged (0: none). */
  static trunk(allowed: ReadonlySet<number> | null, native: number): PortVlan {
    return new PortVlan(native, allowed);
  }

  has(vlan: number): boolean {
    return vlan === this.untagged || this.tagged === null || this.tagged.has(vlan);
  }

  /** The VLAN of a frame that comes in with this tag; NO_VLAN when the port does not belong to it. */
  classify(vlanTag: number): number {
    // VLAN id 0 is a tag that carries a priority only
    const named = vlanTag < 0 ? 0 : vlanTag & VLAN_ID_MASK;
    const vlan = named === 0 ? this.untagged : named;
    return vlan !== 0 && this.has(vlan) ? vlan : NO_VLAN;
  }

  /** The tag with which a frame of `vlan` leaves that came in with `vlanTag`; −1 for none. */
  tagFor(vlan: number, vlanTag: number): number {
    if (vlan === this.untagged) return -1;
    return vlanTag < 0 ? vlan : (vlanTag & ~VLAN_ID_MASK) | vlan;
  }
}
