import { z } from 'zod';
import { HARDWARE } from './hardware.ts';

/** What the Hub takes: https://huggingface.co/.well-known/openapi.json, POST /api/jobs/{namespace}. */
export const JobRequest = z.strictObject({
  spaceId: z.string().optional(),
  dockerImage: z.string().optional(),
  arguments: z.array(z.string()).optional(),
  command: z.array(z.string().min(1)).min(1).optional(),
  environment: z.record(z.string().regex(/^[a-zA-Z][_a-zA-Z0-9]+$/), z.string()).optional(),
  secrets: z.record(z.string().regex(/^[a-zA-Z][_a-zA-Z0-9]*$/), z.string()).optional(),
  flavor: z.string().refine((flavor) => HARDWARE.some(({ name }) => name === flavor)),
  timeoutSeconds: z.number().int().positive().nullish(),
  labels: z
    .record(
      z
        .string()
        .max(100)
        .regex(/^[a-zA-Z0-9._-]+$/),
      z
        .string()
        .max(100)
        .regex(/^[a-zA-Z0-9._-]*$/),
    )
    .optional(),
  volumes: z
    .array(
      z.object({
        type: z.enum(['bucket', 'model', 'dataset', 'space']),
        source: z.string(),
        mountPath: z.string().regex(/^\/.*/),
        revision: z.string().optional(),
        readOnly: z.boolean().optional(),
        path: z.string().optional(),
      }),
    )
    .min(1)
    .optional(),
});
