import { Body, Controller, Delete, Get, HttpCode, Ip, Param, Post, Put, Query, Req } from '@nestjs/common';
import {
  CreateUserDto,
  PERMISSIONS,
  UpdatePermissionsDto,
  UpdateUserDto,
  UserListQueryDto,
  type CreatedUser,
  type PasswordReset,
  type PermissionsChanged,
  type PermissionTable,
  type UserList,
  type UserPermissions,
  type UserView,
} from '@ccs/dto';
import { SessionAccess } from '../auth/access.decorators.js';
import { requestPrincipal } from '../auth/request-principal.js';
import { IdPipe } from '../http/id.pipe.js';
import { UserAdministration, type Administrator } from './user-administration.js';

const TABLE: PermissionTable = {
  permissions: PERMISSIONS.map(({ code, name, category, description }) => ({
    code,
    name,
    category,
    description,
  })),
  categories: [...new Set(PERMISSIONS.map(({ category }) => category))],
};

/** Users and what they may do; the paths are the original's. */
@Controller('api/admin/permissions')
@SessionAccess('users')
export class UsersController {
  constructor(private readonly users: UserAdministration) {}

  @Get()
  table(): PermissionTable {
    return TABLE;
  }

  @Get('user/:id')
  async permissions(@Param('id', IdPipe) id: number): Promise<UserPermissions> {
    const { permissions } = await this.users.get(id);
    return { user_id: id, permissions };
  }

  @Put('user/:id')
  async setPermissions(
    @Req() request: object,
    @Ip() address: string,
    @Param('id', IdPipe) id: number,
    @Body() dto: UpdatePermissionsDto,
  ): Promise<PermissionsChanged> {
    const permissions = await this.users.setPermissions(by(request, address), id, dto);
    return { success: true, message: 'Permissions updated successfully', permissions };
  }

  @Post('user/:id/reset')
  @HttpCode(200)
  async resetPermissions(
    @Req() request: object,
    @Ip() address: string,
    @Param('id', IdPipe) id: number,
  ): Promise<PermissionsChanged> {
    const permissions = await this.users.resetPermissions(by(request, address), id);
    return { success: true, message: 'Permissions reset to default', permissions };
  }

  @Get('users')
  list(@Query() query: UserListQueryDto): Promise<UserList> {
    return this.users.list(query);
  }

  @Post('users')
  create(@Req() request: object, @Ip() address: string, @Body() dto: CreateUserDto): Promise<CreatedUser> {
    return this.users.create(by(request, address), dto);
  }

  @Get('users/:id')
  get(@Param('id', IdPipe) id: number): Promise<UserView> {
    return this.users.get(id);
  }

  @Put('users/:id')
  update(
    @Req() request: object,
    @Ip() address: string,
    @Param('id', IdPipe) id: number,
    @Body() dto: UpdateUserDto,
  ): Promise<UserView> {
    return this.users.update(by(request, address), id, dto);
  }

  @Post('users/:id/reset-password')
  @HttpCode(200)
  resetPassword(
    @Req() request: object,
    @Ip() address: string,
    @Param('id', IdPipe) id: number,
  ): Promise<PasswordReset> {
    return this.users.resetPassword(by(request, address), id);
  }

  @Delete('users/:id')
  @HttpCode(204)
  delete(@Req() request: object, @Ip() address: string, @Param('id', IdPipe) id: number): Promise<void> {
    return this.users.delete(by(request, address), id);
  }
}

const by = (request: object, address: string): Administrator => ({
  principal: requestPrincipal(request),
  address,
});
