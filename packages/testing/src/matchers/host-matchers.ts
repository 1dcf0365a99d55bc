/** Matchers about machines: who owns an address in the eyes of the others. */
import { parseIpv4Address } from "@lvsim/core";
import { viewOf } from "@lvsim/scenarios";
import { TestHost } from "../lab/test-host.ts";
import { PAGE, plain } from "../text/page.ts";
import { seedOf, type Verdict, verdict, wrongSubject } from "./verdict.ts";

/** Whoever asked for the address by ARP was answered by this host and by no other, at any time. */
export function toOwnVip(received: unknown, vip: string): Verdict {
  const host =
    received instanceof TestHost
      ? received
      : wrongSubject("toOwnVip", "a host, as testLab(…).host(…) gives it", received);
  if (parseIpv4Address(vip) === undefined) throw new TypeError(`${vip} is no IPv4 address`);
  const claims = host.claimsOf(vip);
  const others = claims.filter(({ owner }) => owner !== host.name);
  const pass = claims.length > 0 && others.length === 0;
  const who = others.map(({ owner, seenBy }) => `${seenBy} took ${owner} for its owner`);
  const { run } = host;
  return verdict({
    pass,
    subject: host.name,
    wanted: `to own ${vip}`,
    found: pass
      ? "nobody else was taken for its owner"
      : claims.length === 0
        ? "nobody has asked whose it is"
        : who.join(", "),
    evidence: () => [plain(viewOf("owners", { run, request: 0, form: "text", page: PAGE }))],
    ...seedOf(run),
  });
}
