import type { ServiceName } from '../kernel/http-server/address-book';
import type { StartService } from '../kernel/parts';
import { startApiGateway } from './api-gateway/index';
import { startAuditService } from './audit/index';
import { startInventoryService } from './inventory/index';
import { startLoyaltyService } from './loyalty/index';
import { startNotificationService } from './notification/index';
import { startOrderService } from './order/index';
import { startPaymentService } from './payment/index';
import { startQueryService } from './query/index';
import { startReportingService } from './reporting/index';
import { startSagaOrchestrator } from './saga-orchestrator/index';
import { startSchemaRegistry } from './schema-registry/index';
import { startShippingService } from './shipping/index';
import { startUserService } from './user/index';

/** How each service is started. */
export const startersOf: Readonly<Record<ServiceName, StartService>> = {
  'api-gateway': startApiGateway,
  'user-service': startUserService,
  'order-service': startOrderService,
  'inventory-service': startInventoryService,
  'payment-service': startPaymentService,
  'shipping-service': startShippingService,
  'saga-orchestrator': startSagaOrchestrator,
  'loyalty-service': startLoyaltyService,
  'reporting-service': startReportingService,
  'notification-service': startNotificationService,
  'query-service': startQueryService,
  'audit-service': startAuditService,
  'schema-registry': startSchemaRegistry,
};
