# SPDX-License-Identifier: MIT
"""One throw-away VM of a guest image under software emulation, with its vsock device, for tests."""

import os
import shutil
import socket
import subprocess
import tempfile
import time

from agentwire import HELLO, SHUTDOWN, Command, Wire, connect_vsock


class VM:
    """Boots on creation. extra: further QEMU arguments."""

    def __init__(self, image, extra=(), memory_mb=1024, parameters=''):
        self.folder = tempfile.mkdtemp(prefix='silo-vm-')
        path = self.folder + '/agent'
        self.console_path = self.folder + '/console'
        self.control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.control.bind(path + '_6000')
        self.control.listen(1)
        self.control.settimeout(60)
        self.agent_path = path
        log = open(self.folder + '/log', 'wb')
        self.vsock = subprocess.Popen(
            ['vhost-device-vsock', '--vm', 'guest-cid=3,socket=%s/vsock,uds-path=%s' % (self.folder, path)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.await_listening(self.folder + '/vsock')
        self.started = time.monotonic()
        self.vmm = subprocess.Popen(
            ['qemu-system-x86_64', '-nodefaults', '-no-user-config', '-display', 'none',
             '-machine', 'q35,memory-backend=mem,usb=off,vmport=off,smbus=off', '-accel', 'tcg',
             '-cpu', 'max', '-m', '%dM' % memory_mb, '-no-reboot',
             '-object', 'memory-backend-memfd,id=mem,size=%dM,share=on' % memory_mb,
             '-serial', 'file:' + self.console_path,
             '-kernel', image + '/kernel', '-initrd', image + '/initrd',
             '-append', 'console=ttyS0 quiet cryptomgr.notests panic=-1 ' + parameters,
             '-drive', 'if=none,id=root,file=%s/root.erofs,format=raw,readonly=on' % image,
             '-device', 'virtio-blk-pci,drive=root',
             '-chardev', 'socket,id=vsock,path=%s/vsock' % self.folder,
             '-device', 'vhost-user-vsock-pci,chardev=vsock', *extra],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()

    def await_listening(self, path):
        """The socket's file appears before it accepts: connecting is the test."""
        deadline = time.monotonic() + 10
        while not os.path.exists(path):
            if time.monotonic() > deadline or self.vsock.poll() is not None:
                raise AssertionError('vhost-device-vsock does not start')
            time.sleep(0.005)

    def accept(self):
        """The control connection; returns it and the boot id that the guest told."""
        wire = Wire(self.control.accept()[0])
        kind, body = wire.receive()
        assert kind == HELLO, kind
        return wire, body[4:].decode()

    def run(self, *argv, **options):
        return Command(connect_vsock(self.agent_path), argv, **options)

    def console(self):
        with open(self.console_path, errors='replace') as file:
            return file.read()

    def finish(self):
        for process in (self.vmm, self.vsock):
            if process.poll() is None:
                process.kill()
            process.wait()
        self.control.close()
        shutil.rmtree(self.folder)


__all__ = ['VM', 'SHUTDOWN']
