import {
  type Context,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { packageVersion } from '../version.ts';
import type { SpanSpec, TracePlace } from './spans.ts';

const NAME = 'consciousness';

/** The tracer of the SDK that somebody brought; null where nobody did. */
export function tracerNow(): Tracer | null {
  const provider = trace.getTracerProvider();
  // Without an SDK it stands for nothing.
  if (provider instanceof ProxyTracerProvider && provider.getDelegateTracer(NAME) === undefined) return null;
  return provider.getTracer(NAME, packageVersion());
}

/** Tells a span and everything beneath it, all of them over already. */
export function emit(tracer: Tracer, spec: SpanSpec, place: TracePlace): void {
  // Sampled: whether a trace is kept is decided by the SDK, and its parent is nobody who decided otherwise.
  const parent = { ...place, traceFlags: TraceFlags.SAMPLED, isRemote: true };
  emitIn(tracer, spec, trace.setSpanContext(ROOT_CONTEXT, parent));
}

function emitIn(tracer: Tracer, spec: SpanSpec, within: Context): void {
  const { name, attributes, start, end, error } = spec;
  const kind = spec.kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL;
  const span = tracer.startSpan(name, { kind, attributes, startTime: start }, within);
  if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, ...error });
  const inside = trace.setSpan(within, span);
  for (const child of spec.children) emitIn(tracer, child, inside);
  span.end(end);
}
