/** Loaded before a program that must not need the network: an attempt to reach another machine ends it. */
import net from 'node:net';

const connect = net.Socket.prototype.connect;

/**
 * @this {net.Socket}
 * @param {...any} args as connect takes them, or as Node itself passes them on, in an array
 */
function connectLocally(...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof options?.path !== 'string') {
    process.stderr.write(`a connection was tried: ${JSON.stringify(options?.host ?? options)}\n`);
    process.exit(70);
  }
  return Reflect.apply(connect, this, args);
}

net.Socket.prototype.connect = connectLocally;
