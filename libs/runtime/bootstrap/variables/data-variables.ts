/** Files of one process: the embedded log, embedded derived state. */
import { Variable } from '../config/config';
import { IsNotEmpty, IsString } from 'class-validator';

export class DataVariables {
  @Variable('Folder of the embedded log and of embedded derived state; one process owns it', 'a folder, such as ./data')
  @IsString()
  @IsNotEmpty()
  DATA_DIR = './data';
}
