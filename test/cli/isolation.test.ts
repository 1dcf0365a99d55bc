/** Scripts, sheets and sessions from strangers: none sees or changes the computer that lvsim runs on. */
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { folderWith } from "./folder.ts";
import { lvsim } from "./lvsim.ts";

const SECRET = "TOP-SECRET-OF-THIS-HOST";
const folder = folderWith({ "secret.txt": SECRET });
const secret = join(folder, "secret.txt");
let server: Server;
let port = 0;
let requests = 0;

beforeAll(async () => {
  process.env.LVSIM_TEST_SECRET = SECRET;
  server = createServer((_request, response) => {
    requests++;
    response.end(SECRET);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
});
afterAll(() => {
  delete process.env.LVSIM_TEST_SECRET;
  server.close();
});

/** What a stranger would try: files, environment, names, network, programs, time. */
const attempts = (): string[] => [
  `cat ${secret}; cat < ${secret}; . ${secret}; source ${secret}; head ${secret}`,
  `cat /mnt/../../${secret} /proc/self/cwd/${secret} /proc/1/root${secret} /dev/fd/0/../../${secret} < /dev/null`,
  `ln -s ${folder} /tmp/l; ls /tmp/l ${folder}; find / -name secret.txt; grep -r ${SECRET.slice(0, 6)}- /etc /proc /sys /tmp 2> /dev/null`,
  `echo overwritten > ${secret}; rm -f ${secret}; mkdir -p ${folder}; echo overwritten > ${secret}; cp /etc/hosts ${secret}; mv ${secret} /tmp/x`,
  "env; set; export; echo $LVSIM_TEST_SECRET; cat /proc/self/environ; printenv",
  `curl -s -m 2 http://127.0.0.1:${port}/; curl -s -m 2 http://localhost:${port}/; curl -s -m 2 file://${secret}`,
  `exec 5<> /dev/tcp/127.0.0.1/${port} && { echo GET / >&5; cat <&5; }`,
  `echo | nc -w 1 127.0.0.1 ${port}; echo | socat - TCP:127.0.0.1:${port},connect-timeout=1; ping -c 1 -W 1 8.8.8.8`,
  "hostname; uname -a; whoami; date; date +%s; cat /etc/hostname",
  "node -e 'console.log(process.env)'; python3 -c 'print(1)'; eval 'node --version'; bash -c 'npm --version'; awk 'BEGIN { system(\"node --version\") }'",
];

function expectNothing({ out, err }: { out: string; err: string }): void {
  const all = `${out}${err}`;
  expect(all).not.toContain(SECRET);
  expect(all).not.toContain(process.version);
  // a host whose name is a common word proves nothing
  if (hostname().length > 6) expect(all).not.toContain(hostname());
  // simulated machines live in 2024
  expect(all).not.toMatch(
    new RegExp(`\\b${new Date().getUTCFullYear()}-\\d\\d|${String(Date.now()).slice(0, 6)}`),
  );
  expect(requests).toBe(0);
  expect(readFileSync(secret, "utf8")).toBe(SECRET);
}

test("the test would see a leak", async () => {
  await fetch(`http://127.0.0.1:${port}/`);
  expect(requests).toBe(1);
  requests = 0;
  writeFileSync(join(folder, "leak.sh"), `echo ${SECRET}\n`);
  const { out } = await lvsim(["sh", join(folder, "leak.sh")]);
  expect(() => expectNothing({ out, err: "" })).toThrow();
});

test("a script cannot", async () => {
  const file = join(folder, "try.sh");
  writeFileSync(file, `${attempts().join("\n")}\necho finished\n`);
  for (const image of ["debian-12", "centos-7"]) {
    const ended = await lvsim(["sh", "--image", image, file]);
    expect(ended.out).toContain("finished");
    expectNothing(ended);
  }
});

test("a sheet cannot", async () => {
  const file = join(folder, "sheet.md");
  const commands = attempts().map((line) => `[root@a ~]# ${line}\n`);
  writeFileSync(
    file,
    `# Sheet\n\n\`\`\`shell\n[root@a ~]# vim ${secret}\noverwritten\n${commands.join("")}[root@a ~]# echo finished\n\`\`\`\n`,
  );
  const ended = await lvsim(["sheet", "-v", file]);
  expect(ended.out).toContain("finished");
  // what the sheet itself says is shown again
  expectNothing({ ...ended, out: ended.out });
});

test("a session and an imported script cannot", async () => {
  const session = await lvsim(["lab", "dr"], {
    input: `${attempts().join("\n")}\necho finished\n`,
  });
  expect(session.out).toContain("finished");
  expectNothing(session);
  const file = join(folder, "import.sh");
  writeFileSync(
    file,
    `${attempts().join("\n")}\nipvsadm -A -t 10.0.0.1:80\nipvsadm -a -t 10.0.0.1:80 -r 10.0.0.2\n`,
  );
  const { out, err, status } = await lvsim(["import", "--json", file]);
  expect(status).toBe(0);
  const { lab } = JSON.parse(out) as { lab: { hosts: Record<string, unknown> } };
  delete lab.hosts.director;
  expectNothing({ out: JSON.stringify(lab), err });
});
