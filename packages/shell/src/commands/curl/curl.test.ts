import { beforeAll, describe, expect, test } from "vitest";
import { IPROUTE_COMMANDS } from "../ip/ip.ts";
import { serve, type TestHost, testNetwork } from "../network-fixture.ts";
import { CURL_7_29_COMMANDS, CURL_COMMANDS } from "./curl.ts";

const PAGE =
  "HTTP/1.1 200 OK\r\nServer: nginx/1.20.1\r\nContent-Length: 4\r\nConnection: close\r\n\r\n";

const ANSWERS: Readonly<Record<number, (request: string) => string | null>> = {
  80: (request) => PAGE + (request.startsWith("HEAD") ? "" : "rs1\n"),
  81: () => "",
  82: () => null,
  83: () => "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart",
  84: () => "HTTP/1.1 302 Found\r\nLocation: http://10.0.0.2/x\r\nContent-Length: 0\r\n\r\n",
  85: () => "garbage\n",
  86: () => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n",
  87: () => "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno\n",
  89: () => "HTTP/1.0 200 OK\r\n\r\nuntil close",
};

function clientOf(commands: typeof CURL_COMMANDS): TestHost {
  const { hosts } = testNetwork(2, [...IPROUTE_COMMANDS, ...commands]);
  const [client, server] = hosts as [TestHost, TestHost];
  client.run("ip addr add 10.0.0.1/24 dev eth0");
  server.run("ip addr add 10.0.0.2/24 dev eth0");
  // a host that swallows every packet
  client.run("ip neigh add 10.0.0.99 lladdr 02:00:00:00:00:99 dev eth0");
  for (const [port, answer] of Object.entries(ANSWERS)) serve(server, Number(port), answer);
  return client;
}

/** Recorded from curl 7.88.1: what it posted, of a file with the lines `a\\r\\n` and `b\\n`. */
test.each([
  ["-d @/root/lines", "ab"],
  ["--data-ascii @/root/lines", "ab"],
  ["--data-binary @/root/lines", "a\r\nb\n"],
  ["--data-raw @/root/lines", "@/root/lines"],
  ["-d x=1 -d @/root/lines", "x=1&ab"],
  ["-d @-", "in"],
  ["-d @/none", ""],
])("curl -s %s posts %j", (words, posted) => {
  const { hosts } = testNetwork(2, [...IPROUTE_COMMANDS, ...CURL_COMMANDS]);
  const [client, server] = hosts as [TestHost, TestHost];
  client.run("ip addr add 10.0.0.1/24 dev eth0");
  server.run("ip addr add 10.0.0.2/24 dev eth0");
  client.kernel.files.writeText("/root/lines", "a\r\nb\n");
  let heard = "";
  serve(server, 80, (request) => {
    heard = request;
    return PAGE;
  });
  client.run(`curl -s ${words} 10.0.0.2`, "in");
  const [head = "", body = ""] = heard.split(/\r\n\r\n([\s\S]*)/);
  expect({ length: /Content-Length: (\d+)/.exec(head)?.[1], body }).toEqual({
    length: String(posted.length),
    body: posted,
  });
});

test("a file that is not there makes an empty POST, with a warning unless -s", () => {
  const client = clientOf(CURL_COMMANDS);
  const warning = 'Warning: Couldn\'t read data from file "/none", this makes an empty POST.\n';
  expect(client.run("curl -d @/none 10.0.0.2").stderr).toContain(warning);
  expect(client.run("curl -s -d @/none 10.0.0.2").stderr).toBe("");
});

describe("curl 7.88", () => {
  let client: TestHost;
  beforeAll(() => {
    client = clientOf(CURL_COMMANDS);
  });

  test.each([
    ["curl -s 10.0.0.2", 0, "rs1\n", ""],
    ["curl -sS 10.0.0.2:81", 52, "", "curl: (52) Empty reply from server\n"],
    ["curl -sS 10.0.0.2:82", 56, "", "curl: (56) Recv failure: Connection reset by peer\n"],
    [
      "curl -sS 10.0.0.2:83",
      18,
      "part",
      "curl: (18) transfer closed with 96 bytes remaining to read\n",
    ],
    ["curl -sL 10.0.0.2:84", 0, "rs1\n", ""],
    ["curl -sSL --max-redirs 0 10.0.0.2:84", 47, "", "curl: (47) Maximum (0) redirects followed\n"],
    ["curl -sS 10.0.0.2:85", 1, "", "curl: (1) Received HTTP/0.9 when not allowed\n"],
    ["curl -s 10.0.0.2:86", 0, "abcd", ""],
    ["curl -sSf 10.0.0.2:87", 22, "", "curl: (22) The requested URL returned error: 404\n"],
    ["curl -s 10.0.0.2:89", 0, "until close", ""],
    ["curl -s http://10.0.0.2/[1-2] 10.0.0.2/{a,b}", 0, "rs1\nrs1\nrs1\nrs1\n", ""],
    [
      "curl -sS 10.0.0.2:99",
      7,
      "",
      "curl: (7) Failed to connect to 10.0.0.2 port 99 after 0 ms: Couldn't connect to server\n",
    ],
    [
      "curl -sS --connect-timeout 2 10.0.0.99",
      28,
      "",
      "curl: (28) Failed to connect to 10.0.0.99 port 80 after 2001 ms: Timeout was reached\n",
    ],
    [
      "curl -sS -m 2 10.0.0.99",
      28,
      "",
      "curl: (28) Connection timed out after 2001 milliseconds\n",
    ],
    ["curl -sS nosuchhost", 6, "", "curl: (6) Could not resolve host: nosuchhost\n"],
    [
      "curl -sS 8.8.8.8",
      7,
      "",
      "curl: (7) Failed to connect to 8.8.8.8 port 80 after 0 ms: Couldn't connect to server\n",
    ],
    [
      "curl -sS --interface 1.2.3.4 10.0.0.2",
      45,
      "",
      "curl: (45) bind failed with errno 99: Cannot assign requested address\n",
    ],
    ["curl", 2, "", "curl: try 'curl --help' or 'curl --manual' for more information\n"],
    [
      "curl --foo x",
      2,
      "",
      "curl: option --foo: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information\n",
    ],
    ["curl -sS foo://x", 1, "", 'curl: (1) Protocol "foo" not supported or disabled in libcurl\n'],
    [
      "curl -s -o /dev/null -w %{http_code}-%{remote_ip}:%{remote_port}\\n 10.0.0.2",
      0,
      "200-10.0.0.2:80\n",
      "",
    ],
  ])("%s ends with %i", (line, status, stdout, stderr) => {
    if (line.includes("/dev/null")) client.kernel.files.writeText("/dev/null", "");
    expect(client.run(line)).toEqual({ status, stdout, stderr });
  });

  test("-v shows both sides of the exchange", () => {
    const { stderr } = client.run("curl -sv http://10.0.0.2/a?b");
    expect(stderr).toBe(
      "*   Trying 10.0.0.2:80...\n" +
        "* Connected to 10.0.0.2 (10.0.0.2) port 80 (#0)\n" +
        "> GET /a?b HTTP/1.1\r\n> Host: 10.0.0.2\r\n> User-Agent: curl/7.88.1\r\n> Accept: */*\r\n> \r\n" +
        "< HTTP/1.1 200 OK\r\n< Server: nginx/1.20.1\r\n< Content-Length: 4\r\n< Connection: close\r\n< \r\n" +
        "{ [4 bytes data]\n* Closing connection 0\n",
    );
  });

  test("a SYN that nobody answers ends by TCP's own timeout", () => {
    const { stderr, status } = client.run("curl -sS 10.0.0.99");
    expect(status).toBe(28);
    expect(stderr).toMatch(
      /^curl: \(28\) Failed to connect to 10\.0\.0\.99 port 80 after 1[23]\d{4} ms: Couldn't connect to server\n$/,
    );
  });

  test("names come from /etc/hosts", () => {
    client.kernel.files.writeText("/etc/hosts", "10.0.0.2 web.example web\n");
    expect(client.run("curl -s Web").stdout).toBe("rs1\n");
  });

  test("without -s a meter goes to standard error", () => {
    expect(client.run("curl 10.0.0.2").stderr).toMatch(
      /^ {2}% Total.*\n +Dload.*\n\r {2}0 .* {5}0\r100 {5}4 {2}100 {5}4 {4}0 {5}0 .*\n$/,
    );
  });
});

test.each([
  ["curl -sS 10.0.0.2:99", 7, "curl: (7) Failed connect to 10.0.0.2:99; Connection refused\n"],
  ["curl -sS 10.0.0.9", 7, "curl: (7) Failed connect to 10.0.0.9:80; No route to host\n"],
  [
    "curl -sS --connect-timeout 2 10.0.0.99",
    28,
    "curl: (28) Connection timed out after 2001 milliseconds\n",
  ],
  ["curl -sS nosuchhost", 6, "curl: (6) Could not resolve host: nosuchhost; Unknown error\n"],
])("curl 7.29: %s ends with %i", (line, status, stderr) => {
  expect(clientOf(CURL_7_29_COMMANDS).run(line)).toEqual({ status, stdout: "", stderr });
});
