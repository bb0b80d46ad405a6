// A proxy of TCP in front of a server, which can be cut off, or stand for another.
import { connect, createServer } from 'node:net';
import { freePort } from './processes.mjs';

// startProxy passes bytes on to a port of this machine until it is cut.
export async function startProxy(to) {
  const open = new Set();
  const listener = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    for (const [one, other] of [[near, far], [far, near]]) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => { open.delete(one); other.destroy(); });
      one.pipe(other);
    }
  });
  const port = await freePort();
  const listen = () => new Promise((done, fail) => { listener.once('error', fail).listen(port, '127.0.0.1', done); });
  await listen();
  const proxy = { origin: `http://127.0.0.1:${port}` };
  // cut makes the server unreachable.
  proxy.cut = () => new Promise((done) => {
    if (!listener.listening) return done();
    listener.close(() => done());
    for (const socket of open) socket.destroy();
  });
  // join makes what listens on a port reachable in the place of what was.
  proxy.join = async (next) => {
    await proxy.cut();
    to = next;
    await listen();
  };
  return proxy;
}
