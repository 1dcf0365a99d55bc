/** Rules and policies of iptables that take a packet away. */
import { formatRule, type RuleConfig, type TableName } from "@lvsim/core";
import { on, type Rule } from "../suspect.ts";

const TAKES = new Set(["DROP", "REJECT", "TARPIT", "QUEUE", "NFQUEUE"]);
const TRANSLATES = new Set([
  "DNAT",
  "SNAT",
  "MASQUERADE",
  "REDIRECT",
  "NOTRACK",
  "CT",
  "MARK",
  "TEE",
]);
const PLACE = /^(\w+) (\S+) rule (\d+):/;
const POLICY = /^(\w+) (\S+) policy DROP$/;

/** The rule or policy that decided, then every other one that could. */
export const firewall: Rule = ({ network, at, incident }) => {
  const why = incident.end?.kind === "dropped" ? incident.end.why : "";
  const [, table = "", chain = "", number = ""] = PLACE.exec(why) ?? [];
  const [, policyTable = "", policyChain = ""] = POLICY.exec(why) ?? [];
  // nobody listens where a rule sent it
  const refused =
    incident.end?.kind === "dropped" &&
    (incident.end.reason === "tcp-no-socket" || incident.end.reason === "udp-no-socket");
  return network.hosts.flatMap((host) =>
    Object.entries(host.config.netfilter.tables).flatMap(([name, config]) =>
      (config?.chains ?? []).flatMap((one) => [
        ...(one.policy === "DROP"
          ? [
              {
                cause: "policy" as const,
                values: { host: host.name, chain: one.name },
                fix: [on(host, `iptables -t ${name} -P ${one.name} ACCEPT`)],
                rank:
                  host === at && policyTable === name && policyChain === one.name
                    ? 0
                    : host === at
                      ? 1.2
                      : 1.6,
                setting: { host: host.name, path: `netfilter.tables.${name}` },
              },
            ]
          : []),
        ...one.rules.flatMap((rule, i) => {
          const decided =
            host === at && table === name && chain === one.name && Number(number) === i + 1;
          const turned = host === at && refused && TRANSLATES.has(rule.target);
          const rank = decided ? 0 : turned ? 0.4 : rankOf(name as TableName, rule);
          if (rank === null) return [];
          return [
            {
              cause: "rule" as const,
              values: { host: host.name, chain: one.name, rule: formatRule(rule).trim() },
              fix: [on(host, `iptables -t ${name} -D ${one.name} ${i + 1}`)],
              rank: rank + (host === at ? 0 : 0.3),
              setting: { host: host.name, path: `netfilter.tables.${name}` },
            },
          ];
        }),
      ]),
    ),
  );
};

function rankOf(table: TableName, { target }: RuleConfig): number | null {
  if (TAKES.has(target)) return 1.2;
  return table !== "filter" && TRANSLATES.has(target) ? 1.5 : null;
}
