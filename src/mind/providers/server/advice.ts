import type { ProviderFailure } from '../../../contract/provider.ts';
import type { Address } from './address.ts';

/** Who is talked about. */
export interface Server {
  name: string;
  address: Address;
}

/** What to tell people when nobody answers. */
export function notAnswering({ name, address }: Server, why: string): string {
  const here =
    name === 'lmstudio' ? 'start the server in LM Studio or run `lms server start`' : 'start the server';
  const start = address.local ? here : 'see whether this machine is connected';
  return `${name} does not answer at ${address.origin.origin} (${why}): ${start}, or correct its base_url`;
}

/** What to tell people when a server runs without a chat model. */
export function noModel({ name }: Server): string {
  const how =
    name === 'lmstudio' ? 'load one in LM Studio or run `lms load <model>`' : 'load one on the server';
  return `no chat model is loaded: ${how}`;
}

/** What to tell people when the server has not the model that was asked for. */
function noSuchModel(server: Server, said: string): string {
  const how =
    server.name === 'lmstudio' ? 'load it in LM Studio or run `lms load <model>`' : 'load it on the server';
  return `${server.name} has not the model (${said}): ${how}, or correct its name`;
}

/** What to tell people when the server tried to load a model, and could not. */
function notLoaded({ name }: Server, said: string): string {
  return `${name} could not load the model (${said}): make room for it there, or name another one`;
}

/** What to tell people when the key is wrong. */
export function keyRefused({ name, address }: Server, said: string): string {
  return `${name} refuses the API key at ${address.origin.origin} (${said}): set its api_key, in .env or the environment`;
}

/** A failure of a call with the words for people: a held kind says what to do, the others what happened. */
export function advised(server: Server, failure: ProviderFailure, status?: number): ProviderFailure {
  switch (failure.kind) {
    case 'unavailable':
      return {
        ...failure,
        message:
          status === 401 || status === 403
            ? keyRefused(server, failure.message)
            : notAnswering(server, failure.message),
      };
    case 'no-model':
      if (/failed to load/i.test(failure.message))
        return { ...failure, message: notLoaded(server, failure.message) };
      return { ...failure, message: status === 404 ? noSuchModel(server, failure.message) : noModel(server) };
    case 'loading':
      return { ...failure, message: `${server.name} is loading its model` };
    case 'overloaded':
      return { ...failure, message: `${server.name} is overloaded (${failure.message})` };
    default:
      return failure;
  }
}
