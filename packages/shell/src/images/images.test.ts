import { createRng, Engine } from "@lvsim/core";
import { describe, expect, test } from "vitest";
import type { Command } from "../command.ts";
import { NO_COSTS } from "../kernel/costs.ts";
import { Kernel } from "../kernel/kernel.ts";
import { bareNamespace, runCommand } from "../testing/run-command.ts";
import { createSystemState, type ImageName, imageFor, installImage } from "./index.ts";

const OPTIONS = { ipvsadm: "mainline" } as const;

function machine(name: ImageName): Kernel {
  const image = imageFor(name);
  const engine = new Engine();
  const kernel = new Kernel({
    name: "a",
    engine,
    rng: createRng("images"),
    costs: NO_COSTS,
    release: "6.1.0-56-amd64",
    namespace: bareNamespace(engine),
    system: createSystemState(image, OPTIONS),
  });
  installImage(kernel, image, OPTIONS);
  return kernel;
}

function run(kernel: Kernel, line: string): string {
  const argv = line.split(" ");
  for (const folder of ["/usr/sbin", "/usr/bin"]) {
    const node = kernel.files.resolve(`${folder}/${argv[0]}`, "/");
    if (typeof node === "number" || node.kind !== "file" || node.program === null) continue;
    const { status, stdout, stderr } = runCommand(kernel, node.program as Command, argv);
    return `${stdout}${stderr}=${status}`;
  }
  return "command not found";
}

describe("centos-7", () => {
  test("a minimal machine has no net-tools and no ipvsadm until yum brings them", () => {
    const a = machine("centos-7");
    for (const name of ["ifconfig", "route", "ipvsadm", "nginx"])
      expect(run(a, name)).toBe("command not found");
    expect(run(a, "yum -y install ipvsadm net-tools")).toMatchInlineSnapshot(`
      "Loaded plugins: fastestmirror
      Loading mirror speeds from cached hostfile
      Resolving Dependencies
      --> Running transaction check
      ---> Package ipvsadm.x86_64 0:1.27-8.el7 will be installed
      ---> Package net-tools.x86_64 0:2.0-0.25.20131004git.el7 will be installed
      --> Finished Dependency Resolution

      Dependencies Resolved

      ================================================================================
       Package           Arch       Version                  Repository          Size
      ================================================================================
      Installing:
       ipvsadm           x86_64     1.27-8.el7               base                45 k
       net-tools         x86_64     2.0-0.25.20131004git.el7 base               306 k

      Transaction Summary
      ================================================================================
      Install  2 Packages

      Total download size: 351 k
      Downloading packages:
      Running transaction check
      Running transaction test
      Transaction test succeeded
      Running transaction
        Installing : ipvsadm-1.27-8.el7.x86_64                                   1/2 
        Installing : net-tools-2.0-0.25.20131004git.el7.x86_64                   2/2 
        Verifying  : ipvsadm-1.27-8.el7.x86_64                                   1/2 
        Verifying  : net-tools-2.0-0.25.20131004git.el7.x86_64                   2/2 

      Installed:
        ipvsadm.x86_64 0:1.27-8.el7                                                   
        net-tools.x86_64 0:2.0-0.25.20131004git.el7                                   

      Complete!
      =0"
    `);
    expect(run(a, "rpm -q ipvsadm net-tools nginx")).toMatchInlineSnapshot(`
      "ipvsadm-1.27-8.el7.x86_64
      net-tools-2.0-0.25.20131004git.el7.x86_64
      package nginx is not installed
      =1"
    `);
    expect(run(a, "yum install -y net-tools")).toMatchInlineSnapshot(`
      "Loaded plugins: fastestmirror
      Loading mirror speeds from cached hostfile
      Package net-tools-2.0-0.25.20131004git.el7.x86_64 already installed and latest version
      Nothing to do
      =0"
    `);
    expect(run(a, "yum install -y nosuch")).toMatchInlineSnapshot(`
      "Loaded plugins: fastestmirror
      Loading mirror speeds from cached hostfile
      No package nosuch available.
      Error: Nothing to do
      =1"
    `);
  });

  test("firewalld goes and the iptables service comes, in systemd's words", () => {
    const a = machine("centos-7");
    const lines = [
      "getenforce",
      "setenforce 0",
      "getenforce",
      "systemctl is-active firewalld",
      "systemctl stop firewalld",
      "systemctl disable firewalld",
      "systemctl is-enabled firewalld",
      "systemctl start iptables",
      "service iptables save",
      "systemctl enable foo",
      "systemctl stop foo",
      "systemctl status foo",
      "systemctl frobnicate foo",
    ];
    const shown = lines.map((line) => `$ ${line}\n${run(a, line)}`).join("\n");
    expect(shown).toMatchInlineSnapshot(`
      "$ getenforce
      Enforcing
      =0
      $ setenforce 0
      =0
      $ getenforce
      Permissive
      =0
      $ systemctl is-active firewalld
      active
      =0
      $ systemctl stop firewalld
      =0
      $ systemctl disable firewalld
      Removed symlink /etc/systemd/system/multi-user.target.wants/firewalld.service.
      Removed symlink /etc/systemd/system/dbus-org.fedoraproject.FirewallD1.service.
      =0
      $ systemctl is-enabled firewalld
      disabled
      =1
      $ systemctl start iptables
      Failed to start iptables.service: Unit not found.
      =5
      $ service iptables save
      The service command supports only basic LSB actions (start, stop, restart, try-restart, reload, force-reload, status). For other actions, please try to use systemctl.
      =2
      $ systemctl enable foo
      Failed to execute operation: No such file or directory
      =1
      $ systemctl stop foo
      Failed to stop foo.service: Unit foo.service not loaded.
      =5
      $ systemctl status foo
      Unit foo.service could not be found.
      =4
      $ systemctl frobnicate foo
      Unknown operation 'frobnicate'.
      =1"
    `);
    run(a, "yum -y install iptables-services");
    expect(run(a, "systemctl enable iptables")).toMatchInlineSnapshot(`
      "Created symlink from /etc/systemd/system/basic.target.wants/iptables.service to /usr/lib/systemd/system/iptables.service.
      =0"
    `);
    expect(run(a, "systemctl status iptables")).toMatchInlineSnapshot(`
      "● iptables.service - IPv4 firewall with iptables
         Loaded: loaded (/usr/lib/systemd/system/iptables.service; enabled; vendor preset: disabled)
         Active: inactive (dead)
      =3"
    `);
  });
});

describe("debian-12", () => {
  test("everything is installed, and apt-get says so", () => {
    const a = machine("debian-12");
    expect(run(a, "apt-get install -y nginx ipvsadm")).toMatchInlineSnapshot(`
      "Reading package lists...
      Building dependency tree...
      Reading state information...
      nginx is already the newest version (1.22.1-9).
      ipvsadm is already the newest version (1:1.31-1).
      0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.
      =0"
    `);
    expect(run(a, "apt-get install -y nosuch")).toMatchInlineSnapshot(`
      "Reading package lists...
      Building dependency tree...
      Reading state information...
      E: Unable to locate package nosuch
      =100"
    `);
    expect(run(a, "systemctl is-active nginx")).toBe("inactive\n=3");
    expect(run(a, "getenforce")).toBe("command not found");
  });

  test("the folders of programs are those below /usr", () => {
    const { files } = machine("debian-12");
    expect(files.resolve("/bin/ls", "/")).toBe(files.resolve("/usr/bin/ls", "/"));
    expect(files.readText("/etc/hostname")).toBe("a\n");
  });
});

test("machines of one image share no file", () => {
  const [a, b] = [machine("centos-7"), machine("centos-7")];
  run(a, "yum -y install net-tools");
  a.files.writeText("/etc/hosts", "192.0.2.1 a\n");
  expect(run(b, "ifconfig")).toBe("command not found");
  expect(b.files.readText("/etc/hosts")).not.toContain("192.0.2.1");
  expect(b.system.packages.get("net-tools")?.installed).toBe(false);
});
