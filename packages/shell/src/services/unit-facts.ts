/** What unit files say that the state of a unit does not: where they are wanted, their other names, whether they stay. */

export interface UnitFacts {
  readonly wantedBy: string;
  /** Further links that enabling makes. */
  readonly aliases: readonly string[];
  /** Its start command ends at once: `active (exited)`. */
  readonly oneshot: boolean;
}

const facts = (
  wantedBy = "multi-user.target",
  oneshot = false,
  aliases: readonly string[] = [],
): UnitFacts => ({ wantedBy, aliases, oneshot });

const FACTS: ReadonlyMap<string, UnitFacts> = new Map([
  [
    "firewalld.service",
    facts("multi-user.target", false, ["dbus-org.fedoraproject.FirewallD1.service"]),
  ],
  ["iptables.service", facts("basic.target", true)],
  ["ipvsadm.service", facts("multi-user.target", true)],
  ["network.service", facts("multi-user.target", true)],
  ["networking.service", facts("multi-user.target", true)],
]);

export const unitFacts = (name: string): UnitFacts => FACTS.get(name) ?? facts();
