/** What cannot be done is said in one line on standard error, with status 2 and nothing else. */
import { describe, expect, test } from "vitest";
import { folderWith } from "./folder.ts";
import { lvsim } from "./lvsim.ts";

const folder = folderWith({
  "broken.lab.yml": "format: 1\ntitle: { en: x, zh: y }\nabout: { en: x, zh: y }\nsegments: [\n",
  "far.lab.yml": `format: 1
title: { en: x, zh: y }
about: { en: x, zh: y }
segments:
  lan: { prefix: 10.0.0.0/24 }
hosts:
  a:
    devices: { eth0: { segment: lan, address: 10.0.1.5/24 } }
`,
  "broken.sh": "if true; then\n  fi\nfi\n",
  "file.sh": "exit 0\n",
});

describe.concurrent("an error", { timeout: 60_000 }, () => {
  test.each([
    [
      "unknown scenario",
      "run drr",
      /no scenario "drr"; did you mean "dr"\? \(lvsim list shows \d+\)/,
    ],
    ["unknown option", "run dr --sed 1", /unknown option "--sed"; did you mean "--seed"\?/],
    ["bad seed", "run dr --seed 1.5", /a seed is a whole number from 0 to \d+, .*not "1\.5"/],
    ["unreadable file", "run FOLDER/no.lab.yml", /cannot read .*no\.lab\.yml: no such file or/],
    ["malformed YAML", "run FOLDER/broken.lab.yml", /broken\.lab\.yml:\d+:\d+: /],
    [
      "wrong lab",
      "run FOLDER/far.lab.yml",
      /far\.lab\.yml:8:\d+: address 10\.0\.1\.5\/24 is outside/,
    ],
    ["malformed script", "sh FOLDER/broken.sh", /broken\.sh: line 2: syntax error near unexpected/],
    ["unknown image", "sh --image centos-8 FOLDER/file.sh", /no image "centos-8".*"centos-7"/],
    ["folder in /proc", "run dr --pcap /proc/lvsim", /cannot write \/proc\/lvsim: /],
  ])("of the kind %s is one line", async (_kind, words, line) => {
    const { status, out, err } = await lvsim(words.replace("FOLDER", folder).split(" "));
    expect(err).toMatch(/^lvsim: [^\n]*\n$/);
    expect(err).toMatch(line);
    expect({ status, out }).toEqual({ status: 2, out: "" });
  });
});
