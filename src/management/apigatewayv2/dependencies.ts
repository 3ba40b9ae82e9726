/** What the handlers of HTTP and WebSocket APIs need from outside; the composition root hands it in. */
import type { DeployedApiStage } from '../../definition/api-stage.ts';
import type { Documents } from '../documents.ts';

export interface Dependencies {
  readonly documents: Documents;
  /** Resolves once every gate serves what has been committed up to now, or has reported why it cannot. */
  readonly settled: () => Promise<void>;
  /** Whether the issuer of tokens tells its configuration (OpenID Connect Discovery); absent: nobody asks. */
  readonly checkIssuer?: (issuer: string) => Promise<boolean>;
  /** Throws a BadRequestException for what gates could not serve; absent: nobody asks. */
  readonly requireServable?: (deployed: DeployedApiStage) => void;
}
