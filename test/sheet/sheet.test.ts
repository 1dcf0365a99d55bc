/** Lab sheets as people write them, read and played. */
import { readFileSync } from "node:fs";
import { type Language, matters, playSheet, readSheet, sheetLines, textOf } from "@lvsim/scenarios";
import { expect, test } from "vitest";

/** Two columns for a Chinese character. */
const columnsOf = (text: string): number =>
  [...text].reduce(
    (sum, character) => sum + (/[\u3000-\u9fff\uff00-\uff60]/.test(character) ? 2 : 1),
    0,
  );

const play = (file: string) =>
  playSheet(readSheet(readFileSync(new URL(file, import.meta.url), "utf8")), { seed: "1" });

const page = (file: string, language: Language): string => {
  const drawn = { language, columns: 100, widthOf: columnsOf, showMacs: false };
  return sheetLines(play(file), drawn, { seed: "1", verbose: false }).map(textOf).join("\n");
};

test("a sheet for three machines gives the tables that it shows, and says why where it does not", () => {
  const { sheet, steps } = play("direct-routing.md");
  expect(sheet.machines).toMatchObject([
    { name: "host", hostname: "lab.example", devices: [] },
    {
      name: "a",
      devices: [{ address: "192.168.31.128" }, { address: "192.168.229.128" }],
      gateway: "192.168.31.2",
    },
    { name: "b", devices: [{ address: "192.168.31.129" }], page: "real server 1" },
    { name: "c", devices: [{ address: "192.168.31.130" }], page: "real server 2" },
  ]);
  const of = (machine: string, command: string) =>
    steps.find(({ step }) => step.machine === machine && step.command === command);
  expect(of("a", "ipvsadm -ln")).toMatchObject({ verdict: "same", requests: 9 });
  expect(of("a", "route -n")?.verdict).toBe("same");
  const rules = of("a", "iptables -t nat -nvL");
  expect(rules?.lines.filter(({ where }) => where === "sheet")).toHaveLength(1);
  expect(rules?.reasons[0]?.en).toContain("no command of the sheet adds this rule");
  const annotated = of("b", "sh /usr/local/sbin/lvs_rs.sh");
  expect(annotated?.status).toBe(2);
  expect(annotated?.output).toContain(
    "/usr/local/sbin/lvs_rs.sh: line 13: syntax error near unexpected token `('",
  );
  expect(of("c", "sh /usr/local/sbin/lvs_rs.sh")).toMatchObject({ status: 0, verdict: "ran" });
  expect(of("a", "curl 192.168.31.200")?.reasons[0]?.en).toContain("no client of its own service");
  expect(steps.filter(matters)).toEqual([]);
});

test("plain text with Debian's prompts is read too", () => {
  const { steps } = play("debian.txt");
  expect(steps.map(({ step, verdict }) => [step.machine, step.command, verdict])).toEqual([
    ["lb", "apt install -y ipvsadm", "ran"],
    ["lb", "sysctl -w net.ipv4.ip_forward=1", "same"],
    ["lb", "ipvsadm -A -t 10.0.1.10:80 -s rr", "ran"],
    ["lb", "for ip in 11 12\ndo ipvsadm -a -t 10.0.1.10:80 -r 10.0.2.$ip:80 -m\ndone", "ran"],
    ["lb", "ipvsadm -Sn", "differs"],
    ["lb", "cd /tmp", "ran"],
    ["lb", "pwd", "same"],
    ["lb", "nosuchcommand", "failed"],
    ["web1", "hostname", "same"],
    ["web2", "hostname", "same"],
  ]);
  expect(steps.filter(matters).map(({ step }) => step.command)).toEqual([
    "ipvsadm -Sn",
    "nosuchcommand",
  ]);
});

test("a sheet on a page", () => {
  expect(page("direct-routing.md", "en")).toMatchSnapshot();
  expect(page("debian.txt", "zh")).toMatchSnapshot();
});
