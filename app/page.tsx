import { TopologyScreen } from '@/components/topology/topology-screen';

export default function TopologyPage() {
  return <TopologyScreen />;
}
