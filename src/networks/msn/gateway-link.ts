// A link that goes over the gateway. Knows how a link and the gateway's session fit together; nothing of HTTP.

import { GatewaySession } from '../../msnp/gateway.ts';
import type { GatewayCommand, GatewayEvent, GatewayOptions } from '../../msnp/gateway.ts';
import { Driver } from './driver.ts';
import type { DriverParts } from './driver.ts';
import type { Link, LinkListener } from './io.ts';

/** Stands at once: whether the gateway is there is known when something was written. */
export function gatewayLink(
  parts: Pick<DriverParts<GatewayCommand, GatewayEvent>, 'io' | 'clock' | 'log'>,
  to: GatewayOptions,
  listener: LinkListener,
): Link {
  let reason: string | undefined;
  const driver = new Driver<GatewayCommand, GatewayEvent>({
    ...parts,
    session: new GatewaySession(to),
    onEvent: (event) => {
      if (event.type === 'bytes') listener.onBytes(event.bytes);
      else reason = event.reason;
    },
    onEnd: () => listener.onClosed(reason),
  });
  return {
    keepsWatch: true,
    write: (bytes) => driver.command({ type: 'write', bytes }),
    hold: (held) => driver.command({ type: 'hold', held }),
    close: () => driver.command({ type: 'close' }),
    destroy: () => driver.destroy(),
  };
}
