import { type Instant, START } from "@lvsim/core";
import { describe, expect, test } from "vitest";
import { FileSystem } from "../../../vfs/file-system.ts";
import { completeServices } from "./complete-services.ts";
import { type ReadConfig, type Role, readConfig } from "./read-config.ts";

const PATH = "/etc/keepalived/keepalived.conf";

function read(
  text: string,
  role: Role = "check",
  more: Readonly<Record<string, string>> = {},
  old = false,
): ReadConfig {
  const files = new FileSystem(() => START as Instant);
  files.writeText(PATH, text);
  for (const [path, content] of Object.entries(more)) files.writeText(path, content);
  return readConfig({ files, path: PATH, configId: "dir1", old }, role);
}

const texts = ({ complaints }: ReadConfig): string[] => complaints.map(({ text }) => text);
const at = (line: number, text: string): string => `(${PATH}: Line ${line}) ${text}`;

const SERVICE = `virtual_server 10.0.0.100 80 {
    lb_algo rr
    lb_kind DR
    protocol TCP
    real_server 10.0.0.11 80 {
        weight 3
        TCP_CHECK {
            connect_timeout 2
        }
    }
}
`;

describe("what a file in the wild says is read", () => {
  test.each([
    ["braces glued to words", SERVICE.replace("80 {", "80{").replace("TCP_CHECK {", "TCP_CHECK{")],
    ["braces on lines of their own", SERVICE.replaceAll(" {", "\n{")],
    [
      "everything of a block on one line",
      SERVICE.replace(/TCP_CHECK \{\s*connect_timeout 2\s*\}/, "TCP_CHECK { connect_timeout 2 }"),
    ],
    [
      "comments anywhere, in Chinese too",
      SERVICE.replace("weight 3", "weight 3 # 权重 {")
        .replace("lb_algo rr", "lb_algo rr ! 轮询 }")
        .replace(/^/, "! 说明\n#\n"),
    ],
    ["CRLF and tabs", SERVICE.replaceAll("\n", "\r\n").replaceAll("    ", "\t")],
    [
      "parameters",
      `$VIP=10.0.0.100\n$W = 3\n${SERVICE.replace("10.0.0.100", "$VIP").replace("weight 3", "weight ${W}")}`,
    ],
    [
      "a parameter over many lines",
      `$RS=real_server 10.0.0.11 80 { \\\n weight 3 \\\n TCP_CHECK { connect_timeout 2 } \\\n }\n\n${SERVICE.replace(/real_server[\s\S]*\n {4}\}/, "$RS")}`,
    ],
    [
      "lines for this machine and others",
      SERVICE.replace("weight 3", "@dir1 weight 3\n@dir2 weight 4\n@^dir1 weight 5"),
    ],
    ["quoted words", SERVICE.replace("10.0.0.11 80", '"10.0.0.11" "80"')],
    [
      "a sequence of servers",
      SERVICE.replace(
        /real_server[\s\S]*\n {4}\}/,
        "~SEQ(n, 11, 11) real_server 10.0.0.$n 80 { weight 3\n TCP_CHECK { connect_timeout 2 }\n }",
      ),
    ],
  ])("%s", (_what, text) => {
    const found = read(text);
    expect(texts(found)).toEqual([]);
    const [service] = completeServices(found.config, found, false);
    expect(service).toMatchObject({
      scheduler: "rr",
      target: { kind: "address", port: 80 },
      servers: [{ port: 80, weight: 3, forwarding: "direct-routing" }],
    });
    expect(service?.servers[0]?.checkers).toMatchObject([
      { kind: "TCP_CHECK", connectTimeout: 2e9, retry: 1 },
    ]);
  });

  test("included files, by a pattern and relative to the file that includes them", () => {
    const files = {
      "/etc/keepalived/vs/b.conf": SERVICE,
      "/etc/keepalived/vs/a.conf": SERVICE.replace(".100", ".101"),
    };
    const { config, complaints } = read("include vs/*.conf\n", "check", files);
    expect(complaints).toEqual([]);
    expect(config.services.map(({ place }) => place)).toEqual([
      { file: "/etc/keepalived/vs/a.conf", line: 1 },
      { file: "/etc/keepalived/vs/b.conf", line: 1 },
    ]);
  });
});

describe("what keepalived 2.2.7 says", () => {
  test.each<[string, string, Role, string[]]>([
    [
      "a misspelt word",
      SERVICE.replace("weight", "weigth"),
      "check",
      [at(6, "Unknown keyword 'weigth'")],
    ],
    [
      "a misspelt word that opens a block, whose end closes the block around it",
      SERVICE.replace("TCP_CHECK", "TCP_CHEK"),
      "check",
      [
        at(7, "Unknown keyword 'TCP_CHEK'"),
        at(7, "Unexpected '{' - ignoring"),
        at(11, "Unknown keyword '}'"),
      ],
    ],
    [
      "a word of nobody, to every process",
      "vrrp_instence VI_1\n",
      "parent",
      ["(Line 1) Unknown keyword 'vrrp_instence'"],
    ],
    [
      "what is wrong in a block is its process's to say",
      SERVICE.replace("weight", "weigth"),
      "vrrp",
      [],
    ],
    [
      "a method in lower case",
      SERVICE.replace("DR", "dr"),
      "check",
      [at(3, "PARSER : unknown [dr] routing method.")],
    ],
    [
      "a missing brace at the end",
      SERVICE.slice(0, -2),
      "check",
      ["There are 1 missing '}'s or extra '{'s"],
    ],
    [
      "a brace too many",
      `${SERVICE}}\n`,
      "check",
      [at(12, "Extra '}' found"), at(12, "Unknown keyword '}'")],
    ],
    [
      "a number that is none",
      SERVICE.replace("weight 3", "weight x"),
      "check",
      [at(6, "invalid number 'x'")],
    ],
    [
      "a missing word",
      SERVICE.replace("lb_algo rr", "lb_algo"),
      "check",
      [
        at(
          2,
          "*** Configuration line starting `lb_algo` is missing a parameter after keyword `lb_algo` at word position 2",
        ),
      ],
    ],
    [
      "a long password",
      "vrrp_instance V {\n authentication {\n auth_type PASS\n auth_pass 123456789\n }\n}\n",
      "vrrp",
      [at(4, "Truncating auth_pass to 8 characters")],
    ],
    [
      "an open quote",
      'virtual_server "10.0.0.1 80 {\n}\n',
      "check",
      [
        at(1, "Unterminated quote 'virtual_server \"10.0.0.1 80 {'"),
        at(1, "Unmatched quote: 'virtual_server \"10.0.0.1 80 {'"),
        at(
          1,
          "*** Configuration line starting `virtual_server` is missing a parameter after keyword `virtual_server` at word position 2",
        ),
      ],
    ],
  ])("%s", (_what, text, role, expected) => {
    expect(texts(read(text, role)).slice(0, expected.length + 1)).toEqual(expected);
  });

  test("1.3.5 names no line", () => {
    expect(texts(read(SERVICE.replace("weight", "weigth"), "check", {}, true))).toEqual([
      "Unknown keyword 'weigth'",
    ]);
  });

  test.each([
    [
      "no scheduler",
      SERVICE.replace("lb_algo rr", ""),
      "Virtual server [10.0.0.100]:tcp:80: no scheduler set, setting default 'wlc'",
    ],
    [
      "no method",
      SERVICE.replace("lb_kind DR", ""),
      "Virtual server [10.0.0.100]:tcp:80: no forwarding method set, setting default NAT",
    ],
    [
      "a quorum out of reach",
      SERVICE.replace("lb_algo rr", "lb_algo rr\nquorum 9"),
      "Warning - quorum 9 for [10.0.0.100]:tcp:80 exceeds total weight of real servers 3, reducing quorum to 3",
    ],
    [
      "another port with direct routing",
      SERVICE.replace("0.11 80", "0.11 8080"),
      "WARNING - virtual server [10.0.0.100]:tcp:80 and real server [10.0.0.11]:tcp:8080 ports don't match - resetting",
    ],
    [
      "no servers",
      "virtual_server 10.0.0.100 80 {\n}\n",
      "Virtual server [10.0.0.100]:tcp:80 has no real servers - ignoring",
    ],
  ])("of a service with %s", (_what, text, expected) => {
    const found = read(text);
    completeServices(found.config, found, false);
    expect(texts(found)).toEqual([expected]);
  });
});
