import { expect, test } from "vitest";
import { ToolsNetwork } from "../../recorded/tools-network.ts";

function network(): {
  readonly run: (
    machine: string,
    command: string,
  ) => { stdout: string; stderr: string; status: number };
} {
  const net = new ToolsNetwork();
  const run = (machine: string, command: string) => {
    const [step] = net.play({
      name: "",
      steps: [{ machine, command, background: false, stdout: "", stderr: "", status: 0 }],
    });
    const { stderr = "", status = -1, stdout = "" } = step ?? {};
    return { stdout, stderr, status };
  };
  run("c2", "systemctl start nginx; echo hello > /usr/share/nginx/html/index.html");
  run("c", "echo '10.0.0.2 web www' >> /etc/hosts");
  return { run };
}

/** As wget 1.21.3 said it of a server of 6 octets; the speed is what varies. */
test("wget tells of its way to a file", () => {
  const { run } = network();
  const { stderr, status } = run("c", "wget http://web/");
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: `--2024-01-01 00:00:00--  http://web/
Resolving web (web)... 10.0.0.2
Connecting to web (web)|10.0.0.2|:80... connected.
HTTP request sent, awaiting response... 200 OK
Length: 6 [text/html]
Saving to: ‘index.html’

     0K                                                       100% 1.37M=0s

2024-01-01 00:00:00 (1.37 MB/s) - ‘index.html’ saved [6/6]

`,
  });
  expect(run("c", "wget -q http://web/; cat index.html.1").stdout).toBe("hello\n");
});

test.each([
  ["wget -q -O - web", "hello\n", "", 0],
  ["wget http://web/none", "", "ERROR 404: Not Found.", 8],
  [
    "wget http://10.0.0.254/",
    "",
    "Connecting to 10.0.0.254:80... failed: Connection refused.\n",
    4,
  ],
  ["wget nosuch", "", "wget: unable to resolve host address ‘nosuch’\n", 4],
  [
    "wget -t 2 -T 1 10.0.0.9",
    "",
    "(try: 2)  http://10.0.0.9/\nConnecting to 10.0.0.9:80... failed: Connection timed out.\nGiving up.\n",
    4,
  ],
  [
    "wget",
    "",
    "wget: missing URL\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n",
    1,
  ],
  [
    "wget --spider http://web/",
    "",
    "Remote file exists and could contain further links,\nbut recursion is disabled -- not retrieving.\n",
    0,
  ],
  [
    "ab -n 3 http://10.0.0.254/ | tail -1",
    "Benchmarking 10.0.0.254 (be patient)...",
    "apr_socket_recv: Connection refused (111)\n",
    0,
  ],
  ["ab -n 5 http://web", "", "ab: invalid URL\n", 22],
  [
    "ab -n 1 -c 5 http://web/",
    "",
    "ab: Cannot use concurrency level greater than total number of requests\n",
    22,
  ],
  [
    "telnet 10.0.0.254 81",
    "Trying 10.0.0.254...\n",
    "telnet: Unable to connect to remote host: Connection refused\n",
    1,
  ],
  [
    "telnet web 80 < /dev/null",
    "Trying 10.0.0.2...\nConnected to web.\nEscape character is '^]'.\n",
    "Connection closed by foreign host.\n",
    0,
  ],
  ["getent hosts web", "10.0.0.2        web www\n", "", 0],
  ["getent hosts nosuch", "", "", 2],
  [
    "host web; host 10.0.0.2",
    "web has address 10.0.0.2\n2.0.0.10.in-addr.arpa domain name pointer web.\n",
    "",
    0,
  ],
  ["dig +short web", "10.0.0.2\n", "", 0],
  ["host nosuch", "Host nosuch not found: 3(NXDOMAIN)\n", "", 1],
])("%s", (command, stdout, said, status) => {
  const answer = network().run("c", command);
  expect({ stdout: answer.stdout, status: answer.status }).toEqual({ stdout, status });
  expect(answer.stderr).toContain(said);
});

test("ab keeps as many requests under way as it was told to", () => {
  const { run } = network();
  const { stdout, stderr } = run("c", "ab -n 300 -c 20 http://web/");
  expect(stderr).toBe(
    "Completed 100 requests\nCompleted 200 requests\nCompleted 300 requests\nFinished 300 requests\n",
  );
  expect(stdout).toContain("\nConcurrency Level:      20\n");
  expect(stdout).toContain("\nComplete requests:      300\nFailed requests:        0\n");
  expect(run("c2", "grep -c ApacheBench /var/log/nginx/access.log").stdout).toBe("300\n");
});

test("ab says when a server answers with something else", () => {
  const { run } = network();
  const { stdout } = run("c", "ab -k -n 5 -c 2 http://web/none");
  expect(stdout).toContain("Non-2xx responses:      5\nKeep-Alive requests:    3\n");
});
