// A homeserver and an application service that know each other, for one test. Knows how to build and end them.

import { AppserviceDouble } from './appservice-double.ts';
import { HomeserverDouble, type HomeserverOptions } from './homeserver.ts';
import type { RegistrationFile } from './registration.ts';

export interface Pair extends AsyncDisposable {
  readonly homeserver: HomeserverDouble;
  readonly appservice: AppserviceDouble;
}

export async function startPair(
  options: HomeserverOptions & { readonly changes?: Partial<RegistrationFile> } = {},
): Promise<Pair> {
  const { changes, ...rest } = options;
  const appservice = await AppserviceDouble.start();
  const registration = appservice.registration(changes);
  const homeserver = await HomeserverDouble.start({ clockFactor: 0.001, registration, ...rest });
  appservice.homeserverUrl = homeserver.url;
  const end = async () => {
    await homeserver.stop();
    await appservice.stop();
  };
  return { homeserver, appservice, [Symbol.asyncDispose]: end };
}
