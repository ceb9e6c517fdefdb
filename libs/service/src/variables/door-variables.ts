/** The doors: HTTP and gRPC. */
import { Flag, Variable, WholeNumber } from '@drawdown/platform';
import { IsBoolean, IsInt, IsNotEmpty, IsString, Max, Min } from 'class-validator';
import { PORT_MAX } from './ops-variables';

export class DoorVariables {
  @Variable('Address of the HTTP door', 'an IP address or host name, such as 127.0.0.1')
  @IsString()
  @IsNotEmpty()
  HTTP_HOST = '127.0.0.1';

  @Variable('Port of the HTTP door; 0 takes a free one', 'a port from 0 to 65535')
  @WholeNumber()
  @IsInt()
  @Min(0)
  @Max(PORT_MAX)
  HTTP_PORT = 8080;

  @Variable('Address of the gRPC door', 'an IP address or host name, such as 127.0.0.1')
  @IsString()
  @IsNotEmpty()
  GRPC_HOST = '127.0.0.1';

  @Variable('Port of the gRPC door; 0 takes a free one', 'a port from 0 to 65535')
  @WholeNumber()
  @IsInt()
  @Min(0)
  @Max(PORT_MAX)
  GRPC_PORT = 50051;

  @Variable('Whether a door may listen beyond this machine although it asks nobody who they are', 'true or false')
  @Flag()
  @IsBoolean()
  INSECURE = false;

  @Variable('Whether gRPC callers may ask which services there are', 'true or false')
  @Flag()
  @IsBoolean()
  GRPC_REFLECTION = true;
}
